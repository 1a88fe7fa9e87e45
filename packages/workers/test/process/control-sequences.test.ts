import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { brief } from '../../src/agents/activity.ts';
import { withoutSequences } from '../../src/process/control-sequences.ts';
import { withoutControls } from '../../src/words/word.ts';

test('takes out colours, titles, links and the moves of a cursor', () => {
  const link = '\u001B]8;;https://example.org\u001B\\here\u001B]8;;\u0007';
  expect(
    withoutSequences(
      `\u001B[1;31mred\u001B[0m ${link} \u001B[2J\u001B[10;20H\u001B7x\u001BP1$r\u001B\\y\u009B2Kz`,
    ),
  ).toBe('red here xyz');
});

test('what is left of a broken one is text', () => {
  expect(withoutSequences('\u001B]0;no end')).toBe('0;no end');
  expect(withoutSequences('a\u001B')).toBe('a\u001B');
});

const style = fc.tuple(fc.nat(107), fc.nat(255)).map(([a, b]) => `\u001B[${a};${b}m`);

test('of styled text it leaves what another reader leaves', () => {
  const part = fc.oneof(style, fc.string({ unit: fc.constantFrom('a', ' ', '[', ']', ';', 'm', '\n') }));
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const text = parts.join('');
      expect(withoutSequences(text)).toBe(stripVTControlCharacters(text));
    }),
  );
});

// With a reader that looks to the end of the text from each of them, these take minutes.
test.each(['\u001B]', '\u001B[', '\u001B]x;', '\u009B1;', '\r', '\u001B]\r'])(
  'a million of %j are read like any other text',
  (start) => {
    const flood = `${start.repeat(1_000_000)}end`;
    expect(withoutControls(flood).endsWith('nd')).toBe(true);
    expect(brief(flood, 80).length).toBeLessThanOrEqual(80);
  },
);
