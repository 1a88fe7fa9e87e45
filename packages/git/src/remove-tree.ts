import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { chmod, lstat, readdir, rename, rmdir, unlink } from 'node:fs/promises';
import { isErrno } from './errors.ts';

/** Folders with longer paths are moved up first. The limit is 4,096 bytes on Linux and 1,024 on macOS. */
const MAX_PATH_BYTES = 700;
/** Files removed at a time. */
const MAX_PARALLEL_REMOVALS = 32;
/** How often a folder is emptied again because something new appeared in it. */
const MAX_PASSES = 3;

/**
 * Removes anything at `path`, including folders without permissions, read-only trees, and paths longer than the
 * system allows. A symbolic link is removed, never followed. If this rejects, all removals have ended.
 */
export async function removeTree(path: string | Buffer): Promise<void> {
  const root = typeof path === 'string' ? Buffer.from(path) : path;
  const status = await lstat(root).catch((error: unknown) => {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  });
  if (!status) return;
  if (status.isDirectory()) await removeDirectory(root, root);
  else await unlink(root);
}

/**
 * Removes what is at `path`, or moves it aside if something in it cannot be removed (files of another user, as left
 * by containers). Returns the new path if it was moved.
 */
export async function removeOrSetAside(path: string): Promise<string | undefined> {
  try {
    await removeTree(path);
    return undefined;
  } catch {
    const aside = `${path}.left-${randomBytes(4).toString('hex')}`;
    await rename(path, aside);
    return aside;
  }
}

async function removeDirectory(directory: Buffer, root: Buffer): Promise<void> {
  for (let pass = 1; ; pass += 1) {
    const entries = await listOpened(directory);
    await removeEntries(directory, entries, root);
    try {
      return await rmdir(directory);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      if (!isErrno(error, 'ENOTEMPTY', 'EEXIST') || pass === MAX_PASSES) throw error;
    }
  }
}

async function removeEntries(directory: Buffer, entries: Dirent<Buffer>[], root: Buffer): Promise<void> {
  const files = entries.filter((entry) => !entry.isDirectory());
  for (let at = 0; at < files.length; at += MAX_PARALLEL_REMOVALS) {
    const removed = await Promise.allSettled(
      files.slice(at, at + MAX_PARALLEL_REMOVALS).map((entry) => removeFile(inside(directory, entry.name))),
    );
    // Waits for all of them, so that nothing continues after a failure.
    const failed = removed.find((each) => each.status === 'rejected');
    if (failed) throw failed.reason as Error;
  }
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const path = inside(directory, entry.name);
    if (path.length < MAX_PATH_BYTES + root.length) {
      await removeDirectory(path, root);
      continue;
    }
    // Moving a folder changes its `..`, so the folder has to be writable.
    await chmod(path, 0o700).catch(() => {});
    const nearer = inside(root, Buffer.from(`.deep-${randomBytes(4).toString('hex')}`));
    await rename(path, nearer);
    await removeDirectory(nearer, root);
  }
}

/** Makes the folder accessible, and returns its entries. */
async function listOpened(directory: Buffer): Promise<Dirent<Buffer>[]> {
  const list = () => readdir(directory, { withFileTypes: true, encoding: 'buffer' });
  const { mode } = await lstat(directory);
  if ((mode & 0o700) !== 0o700) await chmod(directory, 0o700).catch(() => {});
  return list();
}

async function removeFile(path: Buffer): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function inside(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, Buffer.from('/'), name]);
}
