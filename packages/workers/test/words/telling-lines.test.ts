import { expect, test } from 'vitest';
import { tellingLines } from '../../src/words/telling-lines.ts';

test('the last two lines that say something, without what the reason says', () => {
  const output = ['first', 'AssertionError: expected 1', '  at x.ts:3', '-----', 'exit code 1'];
  expect(tellingLines(output, 'the agent ended with exit code 1')).toEqual([
    'AssertionError: expected 1',
    'at x.ts:3',
  ]);
  expect(tellingLines([])).toEqual([]);
});

test('a last word that the reason repeats is left out', () => {
  expect(tellingLines(['no key', 'RESULT: DEFERRED waits for a key'], 'waits for a key')).toEqual(['no key']);
  expect(tellingLines(['no key', 'RESULT: COMPLETED'])).toEqual(['no key']);
});

test('events are told in words', () => {
  const said = {
    type: 'assistant',
    session_id: 's',
    message: { content: [{ type: 'text', text: 'I cannot.' }] },
  };
  const ran = {
    type: 'assistant',
    session_id: 's',
    message: { content: [{ type: 'tool_use', name: 'Bash', input: { command: 'npm test' } }] },
  };
  expect(tellingLines([JSON.stringify(ran), JSON.stringify(said)])).toEqual(['(ran npm test)', 'I cannot.']);
});

test('one line each, and no control characters', () => {
  const [line = ''] = tellingLines([`\u001B]0;x\u0007${'y'.repeat(500)}`]);
  expect(line).toMatch(/^y{199}…$/);
});
