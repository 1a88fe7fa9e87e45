import { Writable } from 'node:stream';
import type { RunEvent, RunFact } from '@sage/journal';
import { withoutWorktree, worktreeDirectory } from '@sage/git';
import { createColors } from 'picocolors';
import { expect, test } from 'vitest';
import { logsLine } from '../src/logs-line.ts';
import { withFailureExcerpts } from '../src/reporters/with-failure-excerpts.ts';

const SILENT = { event: () => {}, resumed: () => {}, notice: () => {} };

const logs = (ticket: string, nth?: number) => logsLine('.', ticket, nth);

function shown(columns: number, ...facts: RunFact[]): string[] {
  const text: string[] = [];
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      text.push(chunk.toString().replace(/\n$/, ''));
      done();
    },
  });
  const screen = { colors: createColors(false), columns };
  const reporter = withFailureExcerpts(SILENT, stdout, screen, logs, withoutWorktree('/home/una/shop'));
  for (const fact of facts) reporter.event({ v: 2, run: 'r', time: '', ...fact } satisfies RunEvent);
  return text;
}

const ended = (outcome: 'failed' | 'deferred' | 'completed', ...telling: string[]) =>
  ({
    event: 'attempt.finished',
    ticket: 'A-1',
    worker: 1,
    attempt: 2,
    outcome,
    seconds: 1,
    telling,
  }) as const;
const deferred = {
  event: 'ticket.deferred',
  ticket: 'A-1',
  category: 'timeout',
  reason: 'r',
  attempts: 2,
} as const;

test('below a failure stand its last lines, and the command that shows all of it', () => {
  expect(shown(80, ended('failed', 'AssertionError', '\u001B[31mat x.ts:3'), deferred)).toEqual([
    '    | AssertionError',
    '    | \u{fffd}[31mat x.ts:3',
    '    sage logs A-1 --attempt 2',
    '    sage logs A-1',
  ]);
});

test('paths are those of the repository, not of the place where an agent works', () => {
  const place = worktreeDirectory('/home/una/shop', undefined);
  const [line] = shown(80, ended('failed', `(changed ${place}/agent-1/src/fees.ts)`));
  expect(line).toBe('    | (changed src/fees.ts)');
});

test('what an agent defers itself is told with the deferral', () => {
  expect(shown(80, ended('deferred', 'I need a key'), deferred)).toEqual([
    '    | I need a key',
    '    sage logs A-1',
  ]);
});

test('of a rejected landing, what verify printed last', () => {
  const output = 'first\n2 tests failed\nin menu.test.ts\n';
  const rejected = {
    event: 'landing.rejected',
    ticket: 'A-1',
    entry: 'e',
    reason: 'verify failed',
    output,
  } as const;
  expect(shown(80, ended('completed'), rejected)).toEqual([
    '    | 2 tests failed',
    '    | in menu.test.ts',
    '    sage logs A-1 --attempt 2',
  ]);
});

test('lines fit the screen; a command is never cut, and nothing is in a pipe', () => {
  const long = 'x'.repeat(200);
  const [line = '', command] = shown(60, ended('failed', long));
  expect([line.length, command]).toEqual([60, '    sage logs A-1 --attempt 2']);
  expect(shown(Infinity, ended('failed', long))[0]).toBe(`    | ${long}`);
});

test('a ticket that never started has no log', () => {
  expect(shown(80, deferred)).toEqual([]);
});

test('the command is one that a shell reads as it stands', () => {
  expect(logsLine('.', 'API-3')).toBe('sage logs API-3');
  expect(logsLine("../it's", 'a b', 2)).toBe(`sage logs -C '../it'\\''s' 'a b' --attempt 2`);
  expect(logsLine('.', '--raw', 1)).toBe('sage logs --attempt 1 -- --raw');
});
