import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from './errors.ts';

export const TEMPORARY_PREFIX = '.tmp-';

/** Files open at a time. */
const AT_ONCE = 16;

/**
 * Makes a file that did not exist, complete or not at all and on disk when this returns; false when the name is
 * taken. A hard link is the one exclusive create that shows the whole content at once.
 */
export async function createFile(
  directory: string,
  name: string,
  text: string,
  { synced = true }: { synced?: boolean } = {},
): Promise<boolean> {
  const temporary = await writeTemporary(directory, text, synced);
  try {
    await link(temporary, join(directory, name));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  if (synced) await syncDirectory(directory);
  return true;
}

/** Replaces a file as a whole; a crash leaves the old or the new content. */
export async function replaceFile(directory: string, name: string, text: string): Promise<void> {
  const temporary = await writeTemporary(directory, text);
  await rename(temporary, join(directory, name));
  await syncDirectory(directory);
}

/** Replaces many, a few at a time, with one sync of the directory. */
export async function replaceFiles(
  directory: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  for (let at = 0; at < files.length; at += AT_ONCE) {
    await Promise.all(
      files.slice(at, at + AT_ONCE).map(async ({ name, text }) => {
        await rename(await writeTemporary(directory, text), join(directory, name));
      }),
    );
  }
  await syncDirectory(directory);
}

export async function removeFile(directory: string, name: string): Promise<void> {
  await rm(join(directory, name), { force: true });
  await syncDirectory(directory);
}

async function writeTemporary(directory: string, text: string, synced = true): Promise<string> {
  const path = join(directory, `${TEMPORARY_PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  const file = await open(path, 'wx');
  try {
    await file.writeFile(text);
    if (synced) await file.sync();
  } finally {
    await file.close();
  }
  return path;
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
