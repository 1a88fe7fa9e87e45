import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { agentOf } from '../src/agent-of.ts';

function withProgram(name: string) {
  const { root, commit } = repository();
  const file = join(root, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return { root, file, commit };
}

test('an agent that is a program of the repository has to be committed: worktrees have nothing else', async () => {
  const { root, file, commit } = withProgram('agent.sh');
  await expect(agentOf({ agentCommand: './agent.sh --fast' }, root)).rejects.toThrow(
    `agent program ./agent.sh is not committed, and worktrees have only what is committed: commit it, or name it as ${file}`,
  );
  await agentOf({ agentCommand: `${file} --fast` }, root);
  commit({ 'agent.sh': '#!/bin/sh\n' });
  chmodSync(file, 0o755);
  await agentOf({ agentCommand: './agent.sh --fast' }, root);
});

test('where worktrees get more files than those that are committed, it may be one of these', async () => {
  const { root } = withProgram('agent.sh');
  for (const worktrees of [
    { copy: ['agent.sh'] },
    { setup: 'npm ci' },
    { outsideSandbox: { setup: 'npm ci' } },
  ])
    expect(await agentOf({ agentCommand: './agent.sh', worktrees }, root)).toMatchObject({ name: 'command' });
});
