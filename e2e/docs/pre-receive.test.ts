import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Sandbox } from '../sandbox.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/machines.md'), 'utf8');

test('the hook of docs/machines.md lets the account of workers make work refs, and nothing else', async () => {
  const hook = /^```bash\n(#!\/bin\/sh\n.*?)^```$/ms.exec(PAGE)?.[1] ?? '';
  const sandbox = await Sandbox.create([{ id: 'A-1' }], { branch: 'main' });
  const bare = join(sandbox.root, '../remote.git');
  execFileSync('git', ['init', '--quiet', '--bare', bare], { env: sandbox.environment() });
  const file = join(bare, 'hooks/pre-receive');
  writeFileSync(file, hook);
  chmodSync(file, 0o755);
  sandbox.git('commit', '--quiet', '--allow-empty', '--message=second');
  const push = (account: string, ...refspecs: string[]) => {
    const { status, stderr } = spawnSync(
      'git',
      ['-C', sandbox.root, 'push', '--quiet', '--force', bare, ...refspecs],
      {
        env: { ...sandbox.environment(), REMOTE_USER: account },
        encoding: 'utf8',
      },
    );
    return status === 0 ? 'taken' : /sage-worker may only/.test(stderr) ? 'refused' : stderr;
  };
  expect(push('ada', 'HEAD:refs/heads/main', 'HEAD:refs/sage/base/run/x')).toBe('taken');
  const work = 'refs/sage/work/A-1/1-1';
  expect(push('sage-worker', `HEAD:${work}`)).toBe('taken');
  expect(push('sage-worker', `HEAD~1:${work}`)).toBe('refused');
  expect(push('sage-worker', `:${work}`)).toBe('refused');
  for (const ref of ['refs/heads/main', 'refs/heads/new', 'refs/tags/v1', 'refs/sage/base/run/y'])
    expect(push('sage-worker', `HEAD~1:${ref}`)).toBe('refused');
  // All of a push or nothing of it.
  expect(push('sage-worker', 'HEAD:refs/sage/work/A-1/2-2', 'HEAD~1:refs/heads/main')).not.toBe('taken');
  expect(push('ada', `:${work}`)).toBe('taken');
});
