import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commandLine, quoted } from '../src/command-line.ts';
import { streamCommand } from '../src/commands/stream.ts';

test.each(['plain', '', "it's", '$HOME `id`', 'a "b" \\ c', '--flag', 'two\nlines', '*'])(
  'a shell reads %j as one word, as it is',
  (text) => {
    expect(execFileSync('sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })).toBe(text);
  },
);

test('what was typed is a command line again, which a shell reads as it stands', () => {
  const args = [
    '--auto',
    '--parallel',
    '3',
    '--no-baseline',
    '--agent-command',
    "claude -p 'x'",
    '--only=A-1',
  ];
  const command = streamCommand();
  command.parseOptions(args);
  const { C, ...typed } = command.opts<Record<string, string | boolean>>();
  expect(C).toBe('.');
  expect(typed).toEqual({
    auto: true,
    parallel: '3',
    baseline: false,
    agentCommand: "claude -p 'x'",
    only: 'A-1',
  });
  const line = commandLine(command, ['sage', 'stream'], typed);
  expect(line).toBe(
    String.raw`sage stream --auto --parallel=3 --agent-command='claude -p '\''x'\''' --no-baseline --only=A-1`,
  );
  const again = streamCommand();
  again.parseOptions(
    execFileSync('sh', ['-c', `for word in ${line.replace('sage stream', '')}; do echo "$word"; done`], {
      encoding: 'utf8',
    })
      .trim()
      .split('\n'),
  );
  expect(again.opts()).toEqual(command.opts());
});

test('an option with a short name alone is written by it', () => {
  const command = new Command('x').option('-C <dir>', 'where', '.');
  expect(commandLine(command, ['x'], { C: '/a b' })).toBe("x -C '/a b'");
});
