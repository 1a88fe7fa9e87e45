import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openRepository } from '../repository/open-repository.ts';
import type { Repository } from '../repository.ts';
import { listWorktrees } from '../worktrees/worktrees.ts';

/**
 * The work trees that have `ref` (in full) checked out, those in the middle of rebasing it included: there HEAD
 * is detached, but the branch is the user's to move.
 */
export async function branchCheckouts(repository: Repository, ref: string): Promise<string[]> {
  const paths: string[] = [];
  for (const { path, branch, bare } of await listWorktrees(repository)) {
    if (bare || !existsSync(path)) continue;
    if (branch === ref || (branch === undefined && (await isRebasing(path, ref)))) paths.push(path);
  }
  return paths;
}

async function isRebasing(path: string, ref: string): Promise<boolean> {
  const { gitDir } = await openRepository(path);
  for (const directory of ['rebase-merge', 'rebase-apply']) {
    const name = await readFile(join(gitDir, directory, 'head-name'), 'utf8').catch(() => '');
    if (name.trim() === ref) return true;
  }
  return false;
}
