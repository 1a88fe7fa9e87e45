import { createColors } from 'picocolors';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import type { RunEvent, RunFact } from '@sage/journal';
import { plainReporter } from '../src/reporters/plain.ts';
import type { Screen } from '../src/reporters/screen.ts';

const NEXT = {
  resume: 'sage stream --resume',
  retryDeferred: () => 'sage retry',
  retry: (tickets: readonly string[]) => `sage retry ${tickets.join(' ')}`,
  logs: (ticket: string) => `sage logs ${ticket}`,
  git: 'git',
  report: 'sage report',
  pr: 'sage pr',
};
const SCREEN = { colors: createColors(false), columns: 80 };

type Fact = RunFact & { time?: string };

const shown = (...facts: Fact[]): string[] => shownOn(SCREEN, ...facts);

function shownOn(screen: Screen, ...facts: Fact[]): string[] {
  let text = '';
  const stdout = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  const reporter = plainReporter(stdout, screen, NEXT);
  for (const fact of facts) reporter.event({ v: 2, run: 'r', time: '', ...fact } satisfies RunEvent);
  return text.split('\n');
}

const long = 'x'.repeat(200);

test("an agent that is not the run's own is named", () => {
  const started = { event: 'attempt.started', ticket: 'A-1', title: 't', worker: 1, base: 'b' } as const;
  expect(shown({ ...started, attempt: 1, model: 'large' })[0]).toContain('t (large)');
  expect(shown({ ...started, attempt: 2, agent: 'codex', model: 'm' })[0]).toContain(
    't (attempt 2, codex, m)',
  );
});

test('what an agent left that does not land is named', () => {
  const finished = { event: 'attempt.finished', ticket: 'A-1', worker: 1, attempt: 1, seconds: 1 } as const;
  const notes = [
    'it left a stash, which is kept as refs/sage/stashes/A-1',
    'it added files that git ignores: x',
  ];
  expect(shown({ ...finished, outcome: 'completed', notes, ignoredFiles: ['pipe', 'shut/'] })).toEqual([
    '  note      A-1             it left a stash, which is kept as',
    '                              refs/sage/stashes/A-1',
    '  note      A-1             it added files that git ignores: x',
    '  left out  A-1             cannot be taken: pipe, shut/',
    '',
  ]);
  expect(shown({ ...finished, outcome: 'failed', reason: 'r', notes: ['n'] })).toEqual([
    '  failed    A-1             r',
    '  note      A-1             n',
    '',
  ]);
});

test('in a pipe nothing is cut', () => {
  const reason = `changed nothing; it wrote 1 ignored file: ${long}`;
  const lines = shownOn(
    { ...SCREEN, columns: Infinity },
    { event: 'attempt.started', ticket: `A-${long}`, title: long, worker: 1, attempt: 2, base: 'b' },
    { event: 'ticket.deferred', ticket: 'A-1', category: 'agent_failed', reason, attempts: 1 },
  );
  expect(lines).toEqual([
    `  worker 1  A-${long}  ${long} (attempt 2)`,
    `  deferred  A-1             ${reason}`,
    '',
  ]);
});

test('a run is shown in lines of at most 80 columns, without colour where it is no terminal', () => {
  const lines = shown(
    {
      event: 'run.started',
      target: `refs/heads/${long}`,
      base: 'b',
      workers: 3,
      agent: 'a',
      tickets: ['A-1', 'A-2'],
      resumed: false,
    },
    { event: 'attempt.started', ticket: `A-${long}`, title: long, worker: 1, attempt: 2, base: 'b' },
    {
      event: 'attempt.finished',
      ticket: 'A-1',
      worker: 1,
      attempt: 1,
      outcome: 'failed',
      reason: long,
      seconds: 1,
    },
    {
      event: 'attempt.finished',
      ticket: 'A-1',
      worker: 1,
      attempt: 2,
      outcome: 'completed',
      seconds: 1,
      drift: ['b.txt', long],
    },
    { event: 'landing.conflicted', ticket: 'A-1', entry: 'e', files: [long], tickets: [] },
    { event: 'ticket.completed', ticket: 'A-1', commit: 'c'.repeat(40) },
    {
      event: 'ticket.deferred',
      ticket: 'A-2',
      category: 'agent_failed',
      reason: `\u001B[31m${long}`,
      attempts: 2,
    },
    { event: 'ticket.blocked', ticket: 'A-3', by: ['A-2', long] },
    {
      event: 'run.finished',
      outcome: 'finished',
      summary: { completed: 1, deferred: 1, blocked: 1, unprocessed: 0 },
    },
  );
  // But for a command, which is there to be pasted.
  expect(lines.filter((line) => line.length > 80 && !line.startsWith('And now: git '))).toEqual([]);
  expect(lines.join('')).not.toContain('\u001B');
  expect(lines).toContain('1 completed, 1 deferred, 1 blocked, 0 unprocessed');
  expect(lines.filter((line) => line.includes('A-1') && line.includes('b.txt'))).toHaveLength(2);
  expect(lines.at(-4)).toBe('To retry what was deferred: sage retry');
  expect(lines.at(-2)).toBe('         sage report');
});

test('a reason that is too long for its line goes on below', () => {
  const reason = 'the payment provider answers 403: this account has no key, and somebody has to ask for one';
  const lines = shownOn(
    { ...SCREEN, columns: 60 },
    { event: 'ticket.deferred', ticket: 'A-1', category: 'agent_failed', reason, attempts: 1 },
    {
      event: 'run.finished',
      outcome: 'finished',
      summary: { completed: 0, deferred: 1, blocked: 0, unprocessed: 0 },
    },
  );
  expect(lines.slice(0, 9)).toEqual([
    '  deferred  A-1             the payment provider answers',
    '                              403: this account has no',
    '                              key, and somebody has to ask',
    '                              for one',
    '',
    '0 completed, 1 deferred, 0 blocked, 0 unprocessed',
    '  A-1             agent_failed: the payment provider',
    '                    answers 403: this account has no key,',
    '                    and somebody has to ask for one',
  ]);
});

test('where all that is left is blocked by what was deferred before, the command that tries it again is there', () => {
  const lines = shown(
    { event: 'ticket.blocked', ticket: 'A-2', by: ['A-1'] },
    { event: 'ticket.blocked', ticket: 'A-3', by: ['A-2', 'A-1'] },
    {
      event: 'run.finished',
      outcome: 'finished',
      summary: { completed: 0, deferred: 0, blocked: 2, unprocessed: 0 },
    },
  );
  expect(lines).toContain('To try A-1 again: sage retry A-1');
});

test('a notice is wrapped between words, and a path in it stays whole', () => {
  let text = '';
  const path = `/${'x'.repeat(70)}`;
  const stdout = { write: (line: string) => (text += line) };
  plainReporter(stdout, { ...SCREEN, columns: 60 }, NEXT).notice(
    `results land on the new branch sage/2026-01-02-abcdef, which is checked out now: ${path}`,
  );
  expect(text).toBe(
    `results land on the new branch sage/2026-01-02-abcdef, which\n  is checked out now:\n  ${path}\n`,
  );
});

test('a forecast is printed as the time of day, with the date if it is another day', () => {
  const at = (day: number, hour: number, minute: number) =>
    new Date(2026, 10, day, hour, minute).toISOString();
  const times = { expected: at(24, 14, 32), low: at(24, 13, 50), high: at(25, 1, 4) };
  expect(shown({ event: 'run.forecast', time: at(24, 13, 0), remaining: 6, ...times })).toEqual([
    '  ETA 14:32 (13:50 to 11-25 01:04), 6 tickets left',
    '',
  ]);
  expect(
    shown({ event: 'run.forecast', time: at(24, 13, 0), remaining: 1, ...times, high: at(24, 15, 40) }),
  ).toEqual(['  ETA 14:32 (13:50 to 15:40), 1 ticket left', '']);
});

test('tickets that join and leave count in how many there are', () => {
  const lines = shown(
    {
      event: 'run.started',
      target: 'refs/heads/work',
      base: 'b',
      workers: 1,
      agent: 'a',
      tickets: ['A-1', 'A-2'],
      resumed: false,
    },
    { event: 'tickets.added', tickets: ['A-3', 'A-4'] },
    { event: 'tickets.withdrawn', tickets: ['A-2'] },
    { event: 'tickets.added', tickets: Array.from({ length: 100 }, (_, nth) => `B-${nth}`) },
    { event: 'ticket.completed', ticket: 'A-1', commit: 'c'.repeat(40) },
  );
  expect(lines[1]).toBe('  added     2 tickets: A-3, A-4');
  expect(lines[2]).toBe('  withdrawn 1 ticket: A-2');
  expect(lines[3]).toMatch(/^ {2}added {5}100 tickets: B-0, .*\u{2026}$/u);
  expect(lines[4]).toContain('1 of 103');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('a pause, its end, and another number of workers are shown', () => {
  const lines = shown(
    { event: 'run.paused' },
    { event: 'run.resumed' },
    { event: 'run.workers', workers: 1 },
    { event: 'run.workers', workers: 5 },
  );
  expect(lines.slice(0, 4)).toEqual([
    '  paused    nothing new starts until sage resume',
    '  resumed   tickets start again',
    '  workers   1 at a time',
    '  workers   5 at a time',
  ]);
});
