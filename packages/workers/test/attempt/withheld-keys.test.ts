import { expect, test } from 'vitest';
import { withheldKeys } from '../../src/attempt/withheld-keys.ts';

test('keys that an agent did not see are named, and no value', () => {
  const variables = { OPENAI_API_KEY: 'k1', GH_TOKEN: 'k2', KEYBOARD: 'us', PATH: '/bin', EMPTY_TOKEN: '' };
  expect(withheldKeys(variables, { GH_TOKEN: 'k2' })).toBe(
    'OPENAI_API_KEY is withheld from the agent: add what it needs to the setting "environment"',
  );
  expect(withheldKeys(variables, {})).toMatch(/^GH_TOKEN, OPENAI_API_KEY are withheld/);
  expect(withheldKeys(variables, variables)).toBeUndefined();
});
