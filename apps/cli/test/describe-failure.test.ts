import { BacklogError } from '@sage/stream';
import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { describeFailure } from '../src/describe-failure.ts';

test('what a person can mend is one line and 2', () => {
  const error = new BacklogError('CYCLE', 'index.json', ['A'], 'circular\ndependency \u001B[31m');
  expect(describeFailure(error)).toEqual({
    message: 'ERROR: index.json: circular dependency \u{fffd}[31m\n',
    exitCode: 2,
  });
});

test('no command is an error, of which help has said all', () => {
  expect(describeFailure(new CommanderError(1, 'commander.help', '(outputHelp)'))).toEqual({
    message: '',
    exitCode: 2,
  });
});

test('what the machine refuses is one line with what to do, and 3', () => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(describeFailure(error)).toEqual({
    message: 'ERROR: ENOSPC: no space left on device, write: free some disk space, then try again\n',
    exitCode: 3,
  });
});

test('what the machine refuses a program of ours is told alike', () => {
  const cause = Object.assign(new Error('spawn git EMFILE'), { code: 'EMFILE' });
  expect(describeFailure(new Error('git log did not run: spawn git EMFILE', { cause }))).toEqual({
    message:
      'ERROR: git log did not run: spawn git EMFILE: allow more open files (ulimit -n), then try again\n',
    exitCode: 3,
  });
});

test('of two failures the first is reported', () => {
  const error = new SuppressedError(new Error('cannot release'), new BacklogError('CYCLE', 'i', [], 'cycle'));
  expect(describeFailure(error)).toEqual({ message: 'ERROR: i: cycle\n', exitCode: 2 });
});

test('what nobody foresaw shows its stack', () => {
  const { message, exitCode } = describeFailure(new TypeError('oops'));
  expect(message).toMatch(/^internal error, please report it: TypeError: oops\n\s+at /);
  expect(exitCode).toBe(70);
});
