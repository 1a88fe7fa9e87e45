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
  [
    'account',
    '{"error":{"code":400,"message":"API key not valid","details":[{"reason":"API_KEY_INVALID"}]}}',
  ],
  ['account', 'API Error: 400 {"error":{"message":"This organization has been disabled."}}'],
  ['account', 'You have reached your specified API usage limits.', { api_error_status: 400 }],
  ['account', 'Quota exceeded. Check your plan and billing details.'],
  ['account', 'You have exhausted your daily quota on this model.'],
  ['account', "You're out of extra usage"],
  ['account', "Error code: 429 - {'error': {'code': 'insufficient_quota'}}"],
  ['account', 'AccessDeniedException: you have no access to the model with this id'],
  ['account', 'ExpiredTokenException: The security token included in the request is expired'],
  ['account', 'Your access token could not be refreshed. Please sign in again.'],
  ['account', 'Your session has expired. Please log in again.'],
  [
    'account',
    "There's an issue with the selected model (x). It may not exist or you may not have access to it.",
  ],
  ['rate-limit', 'Too many requests', { status: 429 }],
  ['rate-limit', 'API Error (eu.claude): 429 Too many tokens, please wait'],
  ['rate-limit', 'ThrottlingException: slow down'],
  ['rate-limit', 'The server is busy, please try again later'],
  ['rate-limit', '503 Service Unavailable'],
  ['rate-limit', 'exceeded retry limit, last status: 429 Too Many Requests'],
  ['rate-limit', '[API Error: {"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"slow down"}}]'],
  ['rate-limit', "You've hit your usage limit. Try again in 3 hours"],
  ['rate-limit', 'Internal server error', { api_error_status: 500 }],
  ['machine', 'ENOSPC: no space left on device, write'],
  ['machine', 'EDQUOT: disk quota exceeded'],
  ['machine', 'EMFILE: too many open files'],
  ['machine', 'Connection refused', { api_error: 'connection_failed' }],
  ['machine', 'Reconnecting... waiting for network (Connection failed: error sending request)'],
  ['machine', 'API Error: Connection error.'],
  ['machine', 'API Error: Request timed out.'],
  ['machine', 'fetch failed'],
  ['machine', 'connect ETIMEDOUT 192.0.2.1:443'],
  ['machine', 'read ECONNRESET'],
  ['machine', 'connect ENETUNREACH 192.0.2.1:443'],
  ['machine', 'Could not resolve host: api.example.com'],
  ['machine', 'fork: Cannot allocate memory'],
  ['failure', 'TypeError at client.js:429:12'],
  ['failure', 'the command ended with exit status 429'],
  ['failure', 'test_rate_limit_is_kept failed'],
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

test('a limit that names the day of its end passes by itself', () => {
  const message =
    'You have reached your specified API usage limits. You will regain access on 2100-01-01 at 00:00 UTC.';
  expect(problemOf(message, { api_error_status: 400 })).toMatchObject({
    kind: 'rate-limit',
    retryAfter: expect.any(Number),
  });
});

test('the message within a JSON object is shown, without the object', () => {
  expect(problemOf('{"error":{"message":"bad key","code":"invalid_api_key"}}').message).toBe('bad key');
});
