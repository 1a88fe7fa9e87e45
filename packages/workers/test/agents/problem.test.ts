import { expect, test } from 'vitest';
import { problemOf } from '../../src/agents/problem.ts';

test.each([
  ['account', 'Credit balance is too low', { error: 'billing_error', api_error_status: 400 }],
  ['account', '{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}'],
  [
    'account',
    'Too many requests',
    { statusCode: 429, responseBody: '{"error":{"code":"insufficient_quota"}}' },
  ],
  ['account', 'Your credit balance is too low to access the API', { status: 400 }],
  ['account', 'unexpected status 401 Unauthorized: Incorrect API key provided'],
  ['account', 'Forbidden', { statusCode: 403 }],
  ['account', 'Invalid API key · Please run /login'],
  ['account', 'Not logged in'],
  ['account', 'model: claude-nope does not exist', { api_error_status: 404 }],
  ['account', 'no credentials', { name: 'ProviderAuthError' }],
  ['rate-limit', 'Too many requests', { status: 429 }],
  ['rate-limit', 'exceeded retry limit, last status: 429 Too Many Requests'],
  ['rate-limit', '[API Error: {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"slow down"}}]'],
  ['rate-limit', "You've hit your usage limit. Try again in 3 hours"],
  ['rate-limit', 'Internal server error', { api_error_status: 500 }],
  ['machine', 'ENOSPC: no space left on device, write'],
  ['machine', 'EDQUOT: disk quota exceeded'],
  ['machine', 'EMFILE: too many open files'],
  ['machine', 'Connection refused', { api_error: 'connection_failed' }],
  ['failure', 'TypeError at client.js:429:12'],
  ['failure', 'expected 429 to equal 200'],
  ['failure', 'the service worker is unavailable offline'],
  ['failure', 'The prompt is too long', { api_error_status: 400 }],
  ['failure', 'Reached maximum number of turns (3)'],
])('a problem of the kind %s: %s', (kind, message, details?: unknown) => {
  expect(problemOf(message, details).kind).toBe(kind);
});

test('a used-up quota that names its reset passes by itself', () => {
  expect(
    problemOf('Quota exceeded: insufficient_quota, try again in 90s', { code: 'insufficient_quota' }),
  ).toMatchObject({ kind: 'rate-limit', retryAfter: 90_000 });
});

test('the message within a JSON object is shown, without the object', () => {
  expect(problemOf('{"error":{"message":"bad key","code":"invalid_api_key"}}').message).toBe('bad key');
});
