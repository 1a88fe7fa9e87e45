import { expect, test } from 'vitest';
import { CycleError, DuplicateIdError, UnknownIdError } from '../src/errors.ts';

test('a message shows the start of a long id, the error has it whole', () => {
  const long = `A-\ud83d${'x'.repeat(1_000_000)}`;
  for (const error of [new DuplicateIdError([long]), new UnknownIdError(long), new CycleError([[long]])]) {
    expect(error.message.length).toBeLessThan(500);
    expect(error.message).toContain('"A-');
    expect(error.message).toContain('x…"');
    expect(error.message.isWellFormed()).toBe(true);
  }
  expect(new UnknownIdError(long).id).toBe(long);
});
