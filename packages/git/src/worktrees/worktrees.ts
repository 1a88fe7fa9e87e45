import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { GitError } from '../errors.ts';
import { serialised } from './keyed-mutex.ts';
import { removeTree } from './remove-tree.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export interface Worktree {
  path: string;
  /** undefined where bare or unborn. */
  head: string | undefined;
  /** Full ref, undefined when detached or bare. */
  branch: string | undefined;
  bare: boolean;
  locked: boolean;
}

const LOCK_ATTEMPTS = 40;

/**
 * Makes a worktree of the repository at `gitDir`, detached at `commit`. `git worktree add` races with itself
 * on the shared configuration: calls of this process take turns, another process's lock is waited for (2 s).
 */
export async function addWorktree(gitDir: string, path: string, commit: string): Promise<void> {
  await serialised(resolve(gitDir), async () => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        // Twice --force: a run that was killed leaves the path registered, in the middle of an add also locked.
        const args = ['worktree', 'add', '--quiet', '--force', '--force', '--detach', '--', path, commit];
        // Paths as `cleanWorktree` expects them.
        await git(gitDir, args, { gitDir, config: ['worktree.useRelativePaths=false'] });
        return;
      } catch (error) {
        const locked = error instanceof GitError && error.stderr.includes('.lock');
        if (!locked || attempt === LOCK_ATTEMPTS) throw error;
        await delay(50);
      }
    }
  });
}

/** Removes a worktree and its registration, whatever is left of either. Nothing outside `path` is touched. */
export async function removeWorktree(gitDir: string, path: string): Promise<void> {
  await serialised(resolve(gitDir), async () => {
    // Without git: it refuses where the directory, its .git file or the registration is damaged.
    const admin = await worktreeGitDir(gitDir, path);
    await removeTree(path);
    if (admin !== undefined) await removeTree(admin);
  });
}

/** The private git directory (below `<gitDir>/worktrees`) of the worktree at `path`. */
export async function worktreeGitDir(gitDir: string, path: string): Promise<string | undefined> {
  const wanted = await canonical(path);
  const parent = join(await realpath(gitDir), 'worktrees');
  const names = await readdir(parent).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const name of names) {
    const pointer = await readFile(join(parent, name, 'gitdir'), 'utf8').catch(() => undefined);
    if (pointer !== undefined && (await canonical(dirname(pointer.trimEnd()))) === wanted)
      return join(parent, name);
  }
  return undefined;
}

/** Forgets the worktrees whose directory is gone, those included that a killed `worktree add` left locked. */
export async function pruneWorktrees(gitDir: string): Promise<void> {
  await serialised(resolve(gitDir), async () => {
    for (const { path, locked } of await listWorktrees(gitDir)) {
      const admin = locked && !existsSync(path) ? await worktreeGitDir(gitDir, path) : undefined;
      const reason = admin && (await readFile(join(admin, 'locked'), 'utf8').catch(() => ''));
      if (admin && reason?.trim() === 'initializing') await removeTree(admin);
    }
    await git(gitDir, ['worktree', 'prune', '--expire=now'], { gitDir });
  });
}

/** All worktrees of a repository (or of the git directory at this path), the main one first. */
export async function listWorktrees(where: Repository | string): Promise<Worktree[]> {
  const options = typeof where === 'string' ? { gitDir: where } : {};
  const output = await git(where, ['worktree', 'list', '--porcelain', '-z'], options);
  return output
    .split('\0\0')
    .map((record) => record.split('\0').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
      const flag = (key: string) => lines.some((line) => line === key || line.startsWith(`${key} `));
      const head = value('HEAD');
      return {
        path: value('worktree') ?? '',
        head: head === undefined || /^0+$/.test(head) ? undefined : head,
        branch: value('branch'),
        bare: flag('bare'),
        locked: flag('locked'),
      };
    });
}

/** The path with its parent resolved; the last component may be missing or a symlink and stays. */
async function canonical(path: string): Promise<string> {
  const absolute = resolve(path);
  const parent = await realpath(dirname(absolute)).catch(() => dirname(absolute));
  return join(parent, basename(absolute));
}
