import { randomBytes } from 'node:crypto';
import { copyFile, link, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DURABLE_CONFIG } from '../process/environment.ts';
import { CheckoutError, isErrno } from '../errors.ts';
import { toInput } from '../objects/byte-paths.ts';
import type { Repository } from '../repository.ts';
import { awaitGroupEnd, runBound } from '../process/run-bound.ts';
import { git } from '../process/run.ts';
import { readHead } from './branch-checkouts.ts';

const LOCK_ATTEMPTS = 60;
const LOCK_PAUSE_MS = 50;
const COPY_PREFIX = 'sage-index-of-';
const LOCK = 'index.lock';

/**
 * A checkout's index, locked in git's own way. While it is held, the user's git cannot commit, stash or switch
 * branches there. Changes are made to a copy.
 */
export interface IndexLock extends LockedIndex, AsyncDisposable {
  /** The text of HEAD at the time of locking. */
  readonly head: string;
  /** Compares files with the copy by content if their times differ. */
  refresh(): Promise<void>;
  /** Replaces the index by the copy. */
  write(): Promise<void>;
}

/**
 * The lock is a hard link to a file of Sage's. After a kill, the next call recognises a left-over lock by its inode,
 * and knows that it is not held by the user's git. Callers must therefore exclude each other for one checkout.
 * @throws {CheckoutError} `INDEX_LOCKED` if another git still holds the lock after 3 s; `HEAD_MOVED` if HEAD no
 * longer says `head`.
 */
export async function lockIndex(checkout: Repository, head?: string): Promise<IndexLock> {
  const lock = join(checkout.gitDir, LOCK);
  const owner = ownerFile(checkout);
  const copy = join(checkout.gitDir, `${COPY_PREFIX}${randomBytes(6).toString('hex')}`);
  await awaitFormerWriter(checkout);
  // Written in place, because a new inode would make a left-over link unrecognisable.
  await writeFile(owner, '');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await link(owner, lock);
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      if (await isOurs(checkout)) break;
      if (attempt === LOCK_ATTEMPTS) {
        await rm(owner, { force: true });
        throw new CheckoutError('INDEX_LOCKED', checkout.root, [lock], { cause: error });
      }
      await delay(LOCK_PAUSE_MS);
    }
  }
  const release = async () => {
    await rm(copy, { force: true });
    await rm(lock, { force: true });
    await rm(owner, { force: true });
  };
  let released: Promise<void> | undefined;
  const dispose = () => (released ??= release());
  try {
    // git holds this lock while it switches branches.
    const now = await readHead(checkout);
    if (head !== undefined && now !== head) throw new CheckoutError('HEAD_MOVED', checkout.root, []);
    await removeLeftCopies(checkout);
    await copyIndex(checkout, copy);
    return {
      file: copy,
      groupFile: owner,
      head: now,
      refresh: async () => {
        // read-tree takes a file with a newer time for a modified one.
        await git(checkout, ['update-index', '-q', '--refresh'], { indexFile: copy, allowExit: [1] });
      },
      write: () => rename(copy, join(checkout.gitDir, 'index')),
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * Removes locks that killed processes of Sage's left in the checkouts of a repository. Callers exclude each other,
 * and have completed the work that the locks were held for.
 */
export async function removeLeftLocks({ commonDir }: Repository): Promise<void> {
  const linked = await readdir(join(commonDir, 'worktrees')).catch(() => []);
  for (const gitDir of [commonDir, ...linked.map((name) => join(commonDir, 'worktrees', name))]) {
    const checkout = { root: gitDir, gitDir, commonDir };
    if (!(await isOurs(checkout))) continue;
    await awaitFormerWriter(checkout);
    await removeLeftCopies(checkout);
    for (const file of [join(gitDir, LOCK), ownerFile(checkout)]) await rm(file, { force: true });
  }
}

/** The copy of an index, and the file that records the process group that writes the checkout. */
export interface LockedIndex {
  readonly file: string;
  readonly groupFile: string;
}

/** `read-tree -m -u from to` on this index and the checkout's files. */
export async function readTreeInto(
  checkout: Repository,
  { file, groupFile }: LockedIndex,
  from: string,
  to: string,
): Promise<void> {
  const args = ['read-tree', '-m', '-u', from, to];
  await runBound(checkout, args, { indexFile: file, groupFile, config: DURABLE_CONFIG });
}

/** Writes the files of these index entries (byte paths), overwriting whatever is there. */
export async function checkoutFiles(
  checkout: Repository,
  { file, groupFile }: LockedIndex,
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return;
  const args = ['checkout-index', '--force', '-z', '--stdin'];
  const input = toInput(paths);
  await runBound(checkout, args, { indexFile: file, groupFile, input, config: DURABLE_CONFIG });
}

/** A git started by a killed process of Sage's also dies, but not at the same instant. */
async function awaitFormerWriter(checkout: Repository): Promise<void> {
  const text = await readFile(ownerFile(checkout), 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  });
  const group = Number(text.trim());
  if (group > 1) await awaitGroupEnd(group, () => delay(LOCK_PAUSE_MS));
}

async function removeLeftCopies({ gitDir }: Repository): Promise<void> {
  for (const name of await readdir(gitDir))
    if (name.startsWith(COPY_PREFIX)) await rm(join(gitDir, name), { force: true });
}

async function copyIndex(checkout: Repository, copy: string): Promise<void> {
  const index = join(checkout.gitDir, 'index');
  try {
    // Git compares content only if a file is not older than the index. With the time of copying, an edit in the same
    // second as the last add or checkout (of the same size) would pass for clean and be overwritten. The time is
    // therefore read first and rounded down; too old a time only costs comparisons.
    const { mtimeMs } = await stat(index);
    await copyFile(index, copy);
    const second = Math.floor(mtimeMs / 1000);
    await utimes(copy, second, second);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

async function isOurs(checkout: Repository): Promise<boolean> {
  const owner = await inode(ownerFile(checkout));
  return owner !== undefined && owner === (await inode(join(checkout.gitDir, LOCK)));
}

function ownerFile(checkout: Repository): string {
  return join(checkout.gitDir, 'sage-index-owner');
}

async function inode(file: string): Promise<bigint | undefined> {
  const status = await stat(file, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return status?.ino;
}
