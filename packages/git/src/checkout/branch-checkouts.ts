import { existsSync } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { RepositoryError } from '../errors.ts';
import { readRef } from '../refs/refs.ts';
import { openRepository } from '../repository/open-repository.ts';
import type { Repository } from '../repository.ts';
import { listWorktrees, type Worktree } from '../worktrees/worktrees.ts';

/** A work tree and its HEAD. */
export interface Checkout {
  readonly checkout: Repository;
  /** Full ref. During a rebase, the branch that is being rebased. */
  readonly branch: string | undefined;
  /** The text of HEAD when it was read. It changes if another branch is checked out. */
  readonly headText: string;
  /** The commit of HEAD; undefined if unborn. */
  readonly head: () => Promise<string | undefined>;
}

/**
 * The checkouts of a repository. Skips a registered checkout whose directory or `.git` is missing or belongs to
 * another repository, because a command there would work on some other checkout.
 */
export async function listCheckouts(repository: Repository): Promise<Checkout[]> {
  const { gitDir, commonDir } = repository;
  const main = gitDir === commonDir ? repository : await mainCheckout(repository);
  const found = await linkedCheckouts(commonDir);
  if (main) found.unshift({ checkout: main, headText: await readHead(main) });
  if (!found.every(({ headText }) => isPlain(headText))) return listByGit(repository, found);
  const refs = { ...repository, settings: undefined };
  return Promise.all(
    found.map(async (each) => {
      const named = /^ref: (.*)\n$/.exec(each.headText)?.[1];
      return {
        ...each,
        branch: named ?? (await rebasedBranch(each.checkout)),
        head: () => (named === undefined ? Promise.resolve(each.headText.trim()) : readRef(refs, named)),
      };
    }),
  );
}

type Found = Pick<Checkout, 'checkout' | 'headText'>;

/** Whether the text of HEAD can be trusted. With other ref storage, HEAD names a ref that cannot exist. */
function isPlain(headText: string): boolean {
  return /^(ref: refs\/(?!heads\/\.invalid\n).*|[0-9a-f]{40}|[0-9a-f]{64})\n$/.test(headText);
}

async function listByGit(repository: Repository, found: readonly Found[]): Promise<Checkout[]> {
  const byPath = new Map(found.map((each) => [each.checkout.root, each]));
  const checkouts: Checkout[] = [];
  for (const [n, worktree] of (await registered(repository)).entries()) {
    if (worktree.bare) continue;
    const each =
      n === 0
        ? found.find(({ checkout }) => checkout.gitDir === checkout.commonDir)
        : byPath.get(await realpath(worktree.path).catch(() => worktree.path));
    if (each === undefined) continue;
    const branch = worktree.branch ?? (await rebasedBranch(each.checkout));
    checkouts.push({ ...each, branch, head: () => Promise.resolve(worktree.head) });
  }
  return checkouts;
}

/** The checkouts that have `ref` (a full ref) checked out, or are in the middle of rebasing it. */
export async function branchCheckouts(repository: Repository, ref: string): Promise<Checkout[]> {
  return (await listCheckouts(repository)).filter(({ branch }) => branch === ref);
}

/**
 * Paths of registered worktrees that have `ref` checked out according to git, but that {@link listCheckouts} skips.
 */
export async function brokenCheckouts(repository: Repository, ref: string): Promise<string[]> {
  const sound = new Set((await branchCheckouts(repository, ref)).map(({ checkout }) => checkout.root));
  const broken: string[] = [];
  for (const { path, branch } of (await registered(repository)).slice(1)) {
    if (branch !== ref) continue;
    if (!sound.has(await realpath(path).catch(() => path))) broken.push(path);
  }
  return broken;
}

/** Without pinned settings, which do not include the list of worktrees. */
function registered({ root, gitDir, commonDir }: Repository): Promise<Worktree[]> {
  return listWorktrees({ root, gitDir, commonDir });
}

/**
 * The main checkout may be elsewhere than `git worktree list` says: that of a submodule, or with a separate git
 * directory.
 */
async function mainCheckout(repository: Repository): Promise<Repository | undefined> {
  const [first] = await registered(repository);
  if (first === undefined || first.bare || !existsSync(join(first.path, '.git'))) return undefined;
  try {
    const main = await openRepository(first.path);
    return main.gitDir === repository.commonDir ? main : undefined;
  } catch (error) {
    if (error instanceof RepositoryError) return undefined;
    throw error;
  }
}

/** The linked worktrees, each with its registered git directory. */
async function linkedCheckouts(commonDir: string): Promise<Found[]> {
  const parent = join(commonDir, 'worktrees');
  const found: Found[] = [];
  for (const name of await readdir(parent).catch(() => [])) {
    const gitDir = join(parent, name);
    const pointer = await readText(join(gitDir, 'gitdir'));
    if (pointer === undefined) continue;
    const root = await realpath(dirname(resolve(gitDir, pointer.trimEnd()))).catch(() => undefined);
    if (root === undefined) continue;
    const back = /^gitdir: (.+)\n?$/s.exec((await readText(join(root, '.git'))) ?? '')?.[1];
    const pointed = back && (await realpath(resolve(root, back.trimEnd())).catch(() => undefined));
    if (pointed !== (await realpath(gitDir))) continue;
    const checkout = { root, gitDir: pointed, commonDir };
    found.push({ checkout, headText: await readHead(checkout) });
  }
  return found;
}

async function rebasedBranch({ gitDir }: Repository): Promise<string | undefined> {
  for (const directory of ['rebase-merge', 'rebase-apply']) {
    const name = await readText(join(gitDir, directory, 'head-name'));
    if (name !== undefined) return name.trim();
  }
  return undefined;
}

export async function readHead({ gitDir }: Pick<Repository, 'gitDir'>): Promise<string> {
  return (await readText(join(gitDir, 'HEAD'))) ?? '';
}

async function readText(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || error.code === 'EISDIR') return undefined;
    throw error;
  });
}
