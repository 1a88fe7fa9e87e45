import { expect, test } from 'vitest';
import { plainRefusal } from '../../src/agents/plain-refusal.ts';

test.each([
  'Invalid API key',
  'Invalid API key · Please run /login',
  'Error: Invalid API key.',
  '[ERROR] Incorrect API key provided: sk-1234',
  'litellm.AuthenticationError: AuthenticationError: OpenAIException - Incorrect API key provided: sk-1',
  'API key not valid. Please pass a valid API key.',
  'Not logged in',
  'You are not logged in. Please run /login',
  'Please run `claude /login`',
  'Credit balance is too low',
  'You exceeded your current quota, please check your plan and billing details.',
  'ERROR: unexpected status 401 Unauthorized: Missing bearer, url: https://api.openai.com/v1/responses',
  'API Error: 401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
  '[API Error: 403 Forbidden]',
])('an account is refused: %s', (line) => {
  for (const changed of [false, true])
    expect(plainRefusal(['Working', line], { changed })?.kind).toBe('account');
  expect(plainRefusal([line, 'see the log for more', '1 request'], { changed: true })).toBeDefined();
});

test.each([
  '401',
  '401 Unauthorized',
  'Error: 401 Unauthorized',
  '401 {"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}',
  '{"error":{"message":"bad key","code":"invalid_api_key"}}',
])('a status that stands alone is a refusal only where nothing was changed: %s', (line) => {
  expect(plainRefusal([line], { changed: false })?.kind).toBe('account');
  expect(plainRefusal([line], { changed: true })).toBeUndefined();
});

test.each([
  'expected 401, got 200',
  'AssertionError: expected status code 401 to equal 200',
  'Added handling of 401 Unauthorized; 2 tests fail',
  'Error: the response is 401 Unauthorized for a user without a role',
  'Invalid API key is answered with 401 now, one test fails',
  'Error: missing API keys are not handled yet',
  'not logged in users are sent to /login, and that test fails',
  'FAIL test/login.test.ts > shows "Not logged in"',
  'Error: model User not found',
  '{"error":{"message":"no such row"}}',
  'npm error code 1',
  'limit reached in test 3 is not 429',
  'the rate limit reached 429 too early',
  '',
])('work on a refusal is none: %s', (line) => {
  for (const changed of [false, true]) expect(plainRefusal([line], { changed })).toBeUndefined();
});

test.each([
  "You've hit your limit · resets 3pm (UTC)",
  "ERROR: You've hit your usage limit. Upgrade to Pro or try again at 8:12 PM.",
  'Claude AI usage limit reached|1760000000',
  '5-hour limit reached ∙ resets 6pm',
])('an account is at its limit: %s', (line) => {
  expect(plainRefusal([line], { changed: false })).toMatchObject({
    kind: 'rate-limit',
    retryAfter: expect.any(Number) as number,
  });
});

test('a refusal that names its end passes by itself', () => {
  expect(
    plainRefusal(['You exceeded your current quota, try again in 90s'], { changed: false }),
  ).toMatchObject({ kind: 'rate-limit', retryAfter: 90_000 });
});

test('a refusal far above the end is not the last word', () => {
  expect(plainRefusal(['Invalid API key', 'a', 'b', 'c'], { changed: false })).toBeUndefined();
});
