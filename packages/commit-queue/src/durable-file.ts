import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shareAsAround, syncDisk, syncFile, temporaryBeside, isErrno } from '@sage/git';

/**
 * Creates a new file completely or not at all and, with `durable`, on disk when this resolves. Returns false if the
 * name is taken. Only a hard link creates a file exclusively and with its whole content at once.
 */
export async function createFile(
  directory: string,
  name: string,
  text: string,
  { durable = true }: { durable?: boolean } = {},
): Promise<boolean> {
  const temporary = durable ? await writeTemporary(directory, text) : writeUnsynced(directory, text);
  try {
    await link(temporary, join(directory, name));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  if (durable) await syncFile(directory);
  return true;
}

/** Up to this many files are synced faster one by one. */
const FEW_FILES = 2;

/**
 * Replaces many files, each atomically, with a single sync if the machine supports it. Their names are not synced.
 */
export async function replaceFiles(
  directory: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  const written = files.map(({ name, text }) => ({ name, temporary: writeUnsynced(directory, text) }));
  // Content before names: after a power cut, a name must not be left without content.
  if (files.length <= FEW_FILES || !(await syncDisk(directory)))
    for (const { temporary } of written) await syncFile(temporary);
  for (const { name, temporary } of written) renameSync(temporary, join(directory, name));
}

/**
 * Creates new files, each completely or not at all, without syncing. Names are tried in order, starting at `number`;
 * `name` and `text` depend on the number. Returns the numbers.
 */
export function createFiles(
  directory: string,
  first: number,
  files: readonly { name: (number: number) => string; text: (number: number) => string }[],
): number[] {
  let number = first;
  return files.map(({ name, text }) => {
    for (; ; number += 1) {
      const temporary = writeUnsynced(directory, text(number));
      const taken = !linkNew(temporary, join(directory, name(number)));
      rmSync(temporary, { force: true });
      if (!taken) return number++;
    }
  });
}

function linkNew(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  }
}

export async function removeFile(directory: string, name: string): Promise<void> {
  await rm(join(directory, name), { force: true });
  await syncFile(directory);
}

/** Like `removeFile` for many files, with one sync of the directory. */
export async function removeFiles(directory: string, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  for (const name of names) rmSync(join(directory, name), { force: true });
  await syncFile(directory);
}

async function writeTemporary(directory: string, text: string): Promise<string> {
  const path = writeUnsynced(directory, text);
  await syncFile(path);
  return path;
}

/** Synchronous: hundreds of small files are written about ten times faster than through the thread pool. */
function writeUnsynced(directory: string, text: string): string {
  const path = temporaryBeside(join(directory, 'entry'));
  writeFileSync(path, text, { flag: 'wx' });
  shareAsAround(path);
  return path;
}
