import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { column, fit, printable } from '../src/printable.ts';

test('control sequences of a ticket do not reach the terminal', () => {
  expect(printable('a\u001B[2Jb\u0007')).toBe('a\u{fffd}[2Jb\u{fffd}');
  expect(printable('one\ntwo\tthree')).toBe('one two three');
  expect(printable('\u202Eevil')).toBe('\u{fffd}evil');
});

test('what is cut says so, and wide characters count twice', () => {
  expect(fit('abcdef', 4)).toBe('abc\u{2026}');
  expect(fit('\u{6f22}\u{5b57}\u{6f22}\u{5b57}', 5)).toBe('\u{6f22}\u{5b57}\u{2026}');
  expect(column('ab', 4)).toBe('ab  ');
  expect(fit('abc', 0)).toBe('\u{2026}');
  expect(fit(' plain ', 5)).toBe('plain');
});

test('nothing is wider than it may be', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect(stringWidth(fit(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});
