import { expect, test } from 'vitest';
import { judgeOutcome } from '../../src/attempt/outcome.ts';
import type { SupervisedExit } from '../../src/process/supervise.ts';

const exit = (more: Partial<SupervisedExit> = {}): SupervisedExit => ({
  ended: 'exited',
  exitCode: 0,
  killedBy: null,
  seconds: 2,
  ...more,
});
const facts = { result: undefined, said: [], changed: true };

test.each([
  ['exit 0 with a change', { exit: exit() }, { outcome: 'completed' }],
  ['exit 0 without one', { exit: exit(), changed: false }, { outcome: 'deferred', category: 'no_changes' }],
  ['exit 75', { exit: exit({ exitCode: 75 }) }, { outcome: 'rate-limited' }],
  [
    'a refused key in plain words',
    { exit: exit({ exitCode: 1 }), said: ['Invalid API key · Please run /login'] },
    { outcome: 'account-refused', reason: 'Invalid API key · Please run /login' },
  ],
  [
    'a refused key in the words of an agent that has ended well',
    { exit: exit(), said: ['Invalid API key'] },
    { outcome: 'completed' },
  ],
  [
    'a refused key in the words of an agent that says what came of its work',
    { exit: exit({ exitCode: 1 }), said: ['RESULT: FAILED no', 'Invalid API key'] },
    { outcome: 'failed', reason: 'no' },
  ],
  [
    'another exit',
    { exit: exit({ exitCode: 2 }) },
    { outcome: 'failed', category: 'agent_failed', reason: 'the agent ended with exit code 2' },
  ],
  [
    'a last line',
    { exit: exit(), said: ['RESULT: DEFERRED needs a key'] },
    { outcome: 'deferred', category: 'external_blocker', reason: 'needs a key' },
  ],
  [
    'a line that only looks like it',
    { exit: exit(), said: ['my RESULT: DEFERRED'] },
    { outcome: 'completed' },
  ],
  [
    'a result file',
    { exit: exit(), result: '{"outcome":"FAILED","reason":"no"}' },
    { outcome: 'failed', reason: 'no' },
  ],
  [
    'a result file against the exit code',
    { exit: exit({ exitCode: 1 }), result: '{"outcome":"COMPLETED"}' },
    { outcome: 'completed' },
  ],
  [
    'a broken result file',
    { exit: exit(), result: '{"outcome":' },
    { outcome: 'failed', reason: 'the result file is not a valid result' },
  ],
  [
    'figures',
    { exit: exit(), result: '{"outcome":"COMPLETED","tokens":12,"costUsd":0.5}' },
    { outcome: 'completed', usage: { tokens: 12, costUsd: 0.5 } },
  ],
  [
    'an odd figure',
    { exit: exit(), result: '{"outcome":"COMPLETED","tokens":"many"}' },
    { outcome: 'completed' },
  ],
  [
    'a success that Sage ended',
    { exit: exit({ ended: 'interrupted' }), result: '{"outcome":"COMPLETED"}' },
    { outcome: 'interrupted' },
  ],
  [
    'a timeout',
    { exit: exit({ ended: 'timeout', exitCode: null }) },
    { outcome: 'failed', category: 'timeout' },
  ],
  [
    'a model that is overloaded',
    {
      exit: exit({ exitCode: 1 }),
      report: { text: '', denied: [], problem: { kind: 'rate-limit', message: '529' } },
    },
    { outcome: 'rate-limited', reason: '529' },
  ],
  [
    'an account that refuses, whatever the agent says of itself',
    {
      exit: exit(),
      result: '{"outcome":"COMPLETED"}',
      report: { text: '', denied: [], problem: { kind: 'account', message: 'Not logged in' } },
    },
    { outcome: 'account-refused', reason: 'Not logged in' },
  ],
  [
    'a limit of time that passed while the account was at its own',
    {
      exit: exit({ ended: 'timeout', exitCode: null }),
      report: { text: '', denied: [], problem: { kind: 'rate-limit', message: '429', retryAfter: 5 } },
    },
    { outcome: 'rate-limited', retryAfter: 5 },
  ],
  [
    'a machine without room',
    { exit: exit({ exitCode: 1 }), lacking: 'no space left' },
    { outcome: 'machine-failed', reason: 'no space left' },
  ],
  [
    'work that was done in the last room',
    { exit: exit(), lacking: 'no space left' },
    { outcome: 'completed' },
  ],
  [
    'an API error inside a success',
    {
      exit: exit(),
      report: { text: 'all done', denied: [], problem: { kind: 'failure', message: 'API Error' } },
    },
    { outcome: 'failed', reason: 'API Error' },
  ],
  [
    'denied tools and no change',
    { exit: exit(), changed: false, report: { text: 'Done', denied: ['Write', 'Write'] } },
    {
      outcome: 'deferred',
      category: 'no_changes',
      reason: 'nothing changed: the agent was not allowed to use Write',
    },
  ],
  [
    'a summary that ends with a last word',
    { exit: exit(), report: { text: 'I did it.\n\n**RESULT: COMPLETED all of it works**', denied: [] } },
    { outcome: 'completed', summary: 'I did it.\n\nall of it works' },
  ],
  [
    'figures of the agent itself',
    { exit: exit(), report: { text: 'Done', denied: [], tokens: 7, costUsd: 0.1 } },
    { outcome: 'completed', summary: 'Done', usage: { tokens: 7, costUsd: 0.1 } },
  ],
] as const)('%s', (_, given, expected) => {
  expect(judgeOutcome({ ...facts, ...given })).toMatchObject(expected);
});
