import { expect, test } from 'vitest';
import { plainProblem } from '../../src/agents/plain-problem.ts';

const RETRIES = [
  'Attempt 3 failed with 429 error. Retrying with backoff... ApiError: {"error":{"code":429,"message":"quota"}}',
  '    at throwErrorIfNotOK (file:///program.js:267833:24) {',
  '  status: 400',
  '}',
];
const EVENT = '{"type":"message"}';

test('a program that tries again until it is ended was turned away by its account', () => {
  expect(plainProblem([EVENT, ...RETRIES], { cutOff: true })?.kind).toBe('rate-limit');
});

test('a program that has worked since is ended for its own sake', () => {
  expect(plainProblem([...RETRIES, EVENT], { cutOff: true })).toBeUndefined();
  expect(plainProblem([], { cutOff: true })).toBeUndefined();
});

test('a program that ends says why in its last sentence', () => {
  expect(plainProblem(['Not logged in', EVENT], { cutOff: false })?.kind).toBe('account');
  expect(plainProblem(['Not logged in', 'usage: program'], { cutOff: false })).toBeUndefined();
});
