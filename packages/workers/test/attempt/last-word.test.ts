import { expect, test } from 'vitest';
import { lastWord } from '../../src/attempt/last-word.ts';

const KEY = { outcome: 'DEFERRED', reason: 'waits for a key' };

test.each([
  ['plain', 'RESULT: DEFERRED waits for a key'],
  ['with a colon', 'RESULT: DEFERRED: waits for a key'],
  ['bold', '**RESULT: DEFERRED waits for a key**'],
  ['with a bold beginning', '**RESULT: DEFERRED** waits for a key'],
  ['with a bold name', '**RESULT:** DEFERRED waits for a key'],
  ['as code', '`RESULT: DEFERRED waits for a key`'],
  ['quoted', '> RESULT: DEFERRED waits for a key'],
  ['in quotation marks', '"RESULT: DEFERRED waits for a key"'],
  ['as a heading', '### RESULT: DEFERRED waits for a key'],
  ['in a list', '- RESULT: DEFERRED waits for a key'],
  ['in a numbered list', '1. RESULT: DEFERRED waits for a key'],
  ['in a table', '| RESULT: DEFERRED waits for a key |'],
  ['in a box', '│ RESULT: DEFERRED waits for a key │'],
  ['in brackets', '[RESULT: DEFERRED waits for a key]'],
  ['in round quotation marks', '“RESULT: DEFERRED waits for a key”'],
  ['with a sign', '❌ RESULT: DEFERRED waits for a key'],
  ['with a space', 'RESULT : DEFERRED waits for a key'],
  ['with a dash', 'RESULT: **DEFERRED** - waits for a key'],
  ['indented', '    RESULT: DEFERRED waits for a key  '],
])('the last word is found %s', (_, line) => {
  expect(lastWord(['Half of it is there.', line])).toEqual(KEY);
});

test('a code fence, or a footer that the program prints, may follow it', () => {
  expect(lastWord(['```', 'RESULT: DEFERRED waits for a key', '```', ''])).toEqual(KEY);
  expect(lastWord(['RESULT: DEFERRED waits for a key', 'tokens used', '12'])).toEqual(KEY);
});

test('the later of two counts', () => {
  expect(lastWord(['RESULT: DEFERRED at first', 'Found the key.', 'RESULT: COMPLETED'])).toEqual({
    outcome: 'COMPLETED',
  });
});

test('what stands far above the end is no last word', () => {
  const work = Array.from({ length: 20 }, (_, nth) => `step ${nth}`);
  expect(lastWord(['RESULT: DEFERRED waits for a key', ...work])).toBeUndefined();
});

test.each([
  ['in the middle of a sentence', 'I was about to print RESULT: DEFERRED waits for a key'],
  ['another word', 'RESULT: DEFERREDLY'],
  ['the instruction of the prompt', 'RESULT: DEFERRED <reason>'],
])('%s is no last word', (_, line) => {
  expect(lastWord([line])).toBeUndefined();
});

test('a reason keeps quotation marks of its own', () => {
  expect(lastWord(['**RESULT: DEFERRED there is no "key"**'])?.reason).toBe('there is no "key"');
  expect(lastWord(['RESULT: DEFERRED it waits (for a key)'])?.reason).toBe('it waits (for a key)');
});
