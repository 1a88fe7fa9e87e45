import { expect, test } from 'vitest';
import { retryAfter } from '../../src/agents/retry-after.ts';

const now = new Date(2026, 0, 2, 12, 30, 0);

test.each([
  ['Rate limit reached for gpt-5. Please try again in 6m30s. Visit the page', 390_000],
  ['Please try again in 250ms.', 250],
  ['try again in 1.5 hours', 5_400_000],
  ['429 Too Many Requests, Retry-After: 30', 30_000],
  ['{"retryDelay": "34s"}', 34_000],
  [`Claude AI usage limit reached|${now.getTime() / 1000 + 3600}`, 3_600_000],
  [`Claude AI usage limit reached|${now.getTime() / 1000 - 3600}`, 0],
  ['You have hit your limit · resets 3pm', 9_000_000],
  ['Your limit will reset at 11:15am', (22 * 60 + 45) * 60_000],
  ['limit resets at 11:15 am (UTC)', (22 * 60 + 45) * 60_000],
  ['Your quota will reset after 10h33m22s.', ((10 * 60 + 33) * 60 + 22) * 1000],
  ["You've hit your weekly limit · resets Jan 4 at 10am", (45 * 60 + 30) * 60_000],
  ['try again at Jan 3rd, 2026 4:12 PM.', (27 * 60 + 42) * 60_000],
  ['resets on March 1, 12:30pm', 58 * 86_400_000],
  ['You will regain access on 2026-01-05 at 00:00 UTC.', Date.UTC(2026, 0, 5) - now.getTime()],
  ['resets at 2026-01-05T06:30:00Z', Date.UTC(2026, 0, 5, 6, 30) - now.getTime()],
  ['resets at 2026-99-99T06:30:00Z', undefined],
  ['it resets the first 3 pm tests', undefined],
  ['overloaded', undefined],
  ['', undefined],
])('%j', (message, expected) => {
  expect(retryAfter(message, now)).toBe(expected);
});
