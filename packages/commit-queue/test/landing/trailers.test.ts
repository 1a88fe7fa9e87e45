import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeTrailer, encodeTrailer } from '../../src/index.ts';
import { landingMessage } from '../../src/landing/trailers.ts';
import { userGit } from '@sage/test-support/repository';
import { landAll, MAIN, queueOn, tip, workCommit } from '../fixture.ts';

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[%;0-9A-F \n\r\t\u2028\ufeff]{0,12}$/),
  fc.constantFrom('', '%', '%;', '%0A;', ' ', '\ud800', '\udc00x', '😀', '__proto__'),
);

test('any id comes back from its trailer, which is one trimmed line', () => {
  fc.assert(
    fc.property(anything, (id) => {
      const value = encodeTrailer(id);
      expect(decodeTrailer(value)).toBe(id);
      // eslint-disable-next-line no-control-regex -- none of them may be left
      expect(value).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/);
      expect(value).toBe(value.trim());
      expect(value).not.toBe('');
      expect(Buffer.from(value).toString()).toBe(value);
    }),
    { numRuns: 1000 },
  );
});

test('usual ids are their own trailer', () => {
  for (const id of ['PAR-001', 'bd-a1.2', 'ü x']) expect(encodeTrailer(id)).toBe(id);
});

test.each([
  ['feat: x', 'feat: x\n\nSage-Ticket: T\n'],
  ['  feat: x\n\nbody\n\n', 'feat: x\n\nbody\n\nSage-Ticket: T\n'],
  ['feat: x\n\nFixes: 1\nAcked-by: Z <z>', 'feat: x\n\nFixes: 1\nAcked-by: Z <z>\nSage-Ticket: T\n'],
  ['feat: x\n\nnote: this\nis prose', 'feat: x\n\nnote: this\nis prose\n\nSage-Ticket: T\n'],
  ['feat: x', 'feat: x\n\nSage-Ticket: T\n'],
  ['Sage-Ticket: forged', 'chore: land finished work\n\nSage-Ticket: T\n'],
  ['', 'chore: land finished work\n\nSage-Ticket: T\n'],
])('the message %j gets the trailer block where git reads it', (message, expected) => {
  expect(landingMessage(message, [['Sage-Ticket', 'T']])).toBe(expected);
});

test('a scissors line in a message does not hide the trailers from git', async () => {
  const { repository, queue } = await queueOn({ a: '1' });
  const base = tip(repository);
  const commit = workCommit(repository, { b: '1' });
  const message = 'feat: x\n\n# ------------------------ >8 ------------------------\nrest';
  await queue.enqueue({ ticket: 'T', target: MAIN, message, base, commit });
  await landAll(queue);
  expect(userGit(repository.root, 'log', '-1', '--format=%(trailers:key=Sage-Ticket,valueonly)').trim()).toBe(
    'T',
  );
});
