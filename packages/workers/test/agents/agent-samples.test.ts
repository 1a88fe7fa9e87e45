import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ReportFollower } from '../../src/agents/follow-report.ts';
import { KNOWN_AGENTS } from '../../src/index.ts';

const DATA = process.env['SAGE_COMPAT_DATA'];

async function report(sample: string) {
  const agent = KNOWN_AGENTS.find(({ name }) => sample.startsWith(name));
  if (!agent?.readEvent) throw new Error(`no agent prints ${sample}`);
  return new ReportFollower(
    join(DATA ?? '', '../agent-samples', `${sample}.out`),
    agent.readEvent,
  ).readToEnd();
}

// What the real programs printed: see the README beside the samples.
test.runIf(DATA).each([
  ['claude-allowed', { tokens: 282, costUsd: 0.0018, text: 'Done: wrote hello.txt', denied: [] }],
  ['claude-default-deny', { tokens: 282, denied: [expect.stringMatching(/^Write .*hello\.txt$/)] }],
  ['claude-529', { problem: { kind: 'rate-limit' } }],
  ['claude-429-maxretries1', { problem: { kind: 'rate-limit' } }],
  ['claude-401', { problem: { kind: 'account' } }],
  ['claude-credit', { problem: { kind: 'account', message: 'Credit balance is too low' } }],
  ['claude-overflow', { problem: { kind: 'failure' } }],
  ['claude-refused', { problem: { kind: 'machine' } }],
  ['claude-maxturns', { problem: { kind: 'failure', message: 'Reached maximum number of turns (3)' } }],
  ['claude-429-then-ok', { text: 'Done: wrote hello.txt', retries: expect.any(Number) }],
  // Cut off while it tried again: no result has told anything.
  ['claude-429', { retries: expect.any(Number) }],
  ['claude-kill-SIGKILL', { tokens: expect.any(Number) }],
  [
    'codex-fullauto',
    { tokens: 440, text: 'Done: wrote hello.txt', sessionId: '01a205b1-3200-7142-97d1-2c5b6789c2cd' },
  ],
  ['codex-429', { problem: { kind: 'rate-limit' }, retries: 5 }],
  ['codex-529', { problem: { kind: 'rate-limit' } }],
  ['codex-credit', { problem: { kind: 'account', message: 'You exceeded your current quota' } }],
  ['codex-401', { problem: { kind: 'account' } }],
  ['codex-refused', { problem: { kind: 'machine' } }],
  ['codex-overflow', { problem: { kind: 'failure' } }],
  ['gemini-ok', { tokens: 440, text: 'Done: wrote hello.txt' }],
  ['gemini-noyolo', { tokens: 440, denied: ['write_file'] }],
  ['gemini-401', { problem: { kind: 'account', message: 'API key not valid' } }],
  ['opencode-ok', { text: 'Done: wrote hello.txt' }],
  ['opencode-ask', { denied: [expect.stringMatching(/^write .*hello\.txt$/)] }],
  ['opencode-401', { problem: { kind: 'account', message: 'Incorrect API key provided' } }],
  ['opencode-overflow', { problem: { kind: 'failure' } }],
])('%s is read', async (sample, expected) => {
  expect(await report(sample)).toMatchObject(expected);
});

test
  .runIf(DATA)
  .each([
    'claude-allowed',
    'claude-429-then-ok',
    'codex-fullauto',
    'codex-429-then-ok',
    'gemini-ok',
    'opencode-ok',
  ])('%s has no problem', async (sample) => {
  expect((await report(sample)).problem).toBeUndefined();
});

test
  .runIf(DATA)
  .each(['claude-kill-SIGKILL', 'codex-kill-SIGKILL', 'gemini-kill-SIGKILL', 'opencode-kill-SIGTERM'])(
  '%s, cut off, is read as far as it goes',
  async (sample) => {
    expect((await report(sample)).sessionId).toMatch(/\w/);
  },
);
