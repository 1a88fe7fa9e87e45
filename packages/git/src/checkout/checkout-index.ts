import { copyFile, link, mkdtemp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DURABLE_CONFIG } from '../process/environment.ts';
import { CheckoutError, isErrno } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

const LOCK_ATTEMPTS = 60;

/** Runs `use` on a copy of a checkout's index, refreshed; the checkout's own stays as it is. */
export async function withIndexCopy<T>(checkout: Repository, use: (index: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sage-index-'));
  try {
    const copy = join(directory, 'index');
    await copyIndex(checkout, copy);
    return await use(copy);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Waits until no other git holds the index (3 s), else throws `CheckoutError` INDEX_LOCKED. */
export async function awaitIndexUnlocked(checkout: Repository): Promise<void> {
  const lock = join(checkout.gitDir, 'index.lock');
  for (let attempt = 1; (await inode(lock)) !== undefined && !(await isOurs(checkout)); attempt += 1) {
    if (attempt === LOCK_ATTEMPTS) throw new CheckoutError('INDEX_LOCKED', checkout.root, [lock]);
    await delay(50);
  }
}

/**
 * Runs `change` on a copy of the index while holding `index.lock`, as git itself would, and puts the copy in
 * its place. The lock is a hard link to a file of ours: after a kill the next call knows by the inode that
 * the left-over lock is not the user's git. So callers of one checkout must already exclude each other.
 */
export async function withLockedIndex(
  checkout: Repository,
  change: (index: string) => Promise<void>,
): Promise<void> {
  const lock = join(checkout.gitDir, 'index.lock');
  const copy = join(checkout.gitDir, 'sage-index');
  // In place, so that a left-over link stays recognisable.
  await writeFile(ownerFile(checkout), `${process.pid}\n`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await link(ownerFile(checkout), lock);
      break;
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) throw error;
      if (await isOurs(checkout)) break;
      if (attempt === LOCK_ATTEMPTS)
        throw new CheckoutError('INDEX_LOCKED', checkout.root, [lock], { cause: error });
      await delay(50);
    }
  }
  try {
    await rm(copy, { force: true });
    await rm(`${copy}.lock`, { force: true });
    await copyIndex(checkout, copy);
    await change(copy);
    await rename(copy, join(checkout.gitDir, 'index'));
  } finally {
    await rm(copy, { force: true });
    await rm(lock, { force: true });
    await rm(ownerFile(checkout), { force: true });
  }
}

/** `read-tree -m -u from to` on this index file and the checkout's files. */
export async function readTreeInto(
  checkout: Repository,
  indexFile: string,
  from: string,
  to: string,
): Promise<void> {
  await git(checkout, ['read-tree', '-m', '-u', from, to], { indexFile, config: DURABLE_CONFIG });
}

async function copyIndex(checkout: Repository, copy: string): Promise<void> {
  const index = join(checkout.gitDir, 'index');
  try {
    // Git compares content only where a file is not older than the index: with the time of the copying, an edit
    // in the second of the last add or checkout (same size) would pass for clean, and be overwritten. The time
    // is taken first and rounded down: too old costs a comparison.
    const { mtimeMs } = await stat(index);
    await copyFile(index, copy);
    const second = Math.floor(mtimeMs / 1000);
    await utimes(copy, second, second);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  // read-tree takes a file with a newer time for a modified one.
  await git(checkout, ['update-index', '-q', '--refresh'], { indexFile: copy, allowExit: [1] });
}

async function isOurs(checkout: Repository): Promise<boolean> {
  const owner = await inode(ownerFile(checkout));
  return owner !== undefined && owner === (await inode(join(checkout.gitDir, 'index.lock')));
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
