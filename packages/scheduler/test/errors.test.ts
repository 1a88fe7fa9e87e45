import { expect, test } from 'vitest';
import { LimitError, TransitionError, UnknownDependencyError, WorkerCountError } from '../src/errors.ts';

test('a message shows the start of a long id, the error has it whole', () => {
  const long = `A-${'x'.repeat(1_000_000)}`;
  const unknown = new UnknownDependencyError([{ id: 'B', dependency: long }]);
  for (const error of [unknown, new TransitionError(long, 'ready', 'completed'), new LimitError(long, 0)])
    expect(error.message.length).toBeLessThan(500);
  expect(new WorkerCountError(long).message.length).toBeLessThan(500);
  expect(unknown.missing).toEqual([{ id: 'B', dependency: long }]);
});
