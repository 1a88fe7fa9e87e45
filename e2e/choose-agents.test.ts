import { expect, test } from 'vitest';
import { Sandbox, WRITE_OWN_FILE } from './sandbox.ts';

const AGENTS = {
  agent: 'weak',
  agents: { weak: 'exit 1', strong: { command: `echo; ${WRITE_OWN_FILE}; echo`, model: '$' } },
};

test('a ticket that failed is tried again with another agent; a ticket that names one has it at once', async () => {
  const config = { ...AGENTS, attempts: [{}, { agent: 'strong' }] };
  const sandbox = await Sandbox.create([{ id: 'API-1' }, { id: 'API-2', agent: 'strong' }], {
    files: { '.sagerc.json': JSON.stringify(config) },
  });
  const { exitCode, events } = await sandbox.sage('stream', '--auto', '--json');
  expect(exitCode).toBe(0);
  const started = events.filter(({ event }) => event === 'attempt.started');
  expect(started.map(({ ticket, agent }) => `${ticket} ${String(agent)}`).toSorted()).toEqual([
    'API-1 strong',
    'API-1 undefined',
    'API-2 strong',
  ]);
});

test('an agent that is chosen and not there is said before the first one starts', async () => {
  const config = { ...AGENTS, rules: [{ component: 'api', agent: 'stronk' }] };
  const sandbox = await Sandbox.create([{ id: 'API-1' }], {
    files: { '.sagerc.json': JSON.stringify(config) },
  });
  const { exitCode, stderr, events } = await sandbox.sage('stream', '--auto', '--json');
  expect([exitCode, events]).toEqual([2, []]);
  expect(stderr).toMatch(/^ERROR: API-1, attempt 1: unknown agent "stronk": did you mean strong\?/);
});
