import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A repository with these tickets, UNPROCESSED features where nothing else is said; returns its root. */
export async function backlogRepository(raw: readonly object[]): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'sage-plan-')));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root });
  git('init', '--quiet', '--initial-branch=work');
  git('config', 'user.name', 'Test');
  git('config', 'user.email', 'test@example.com');
  git('commit', '--quiet', '--allow-empty', '--message=first');
  await mkdir(join(root, '.sage/tickets'), { recursive: true });
  const tickets = raw.map((one) => ({ state: 'UNPROCESSED', type: 'feature', dependencies: [], ...one }));
  await writeFile(join(root, '.sage/tickets/index.json'), JSON.stringify({ tickets }));
  return root;
}
