import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { shareAsAround, syncDisk, syncFile, temporaryBeside, isErrno } from '@sage/git';

/**
 * Makes a file that did not exist, complete or not at all and, with `durable`, on disk when this returns; false when
 * the name is taken. A hard link is the one exclusive create that shows the whole content at once.
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

/** So many are synced sooner one by one. */
const FEW_FILES = 2;

/** Replaces many, each as a whole, with one sync for all where this machine can do that; their names are not synced. */
export async function replaceFiles(
  directory: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  const written = files.map(({ name, text }) => ({ name, temporary: writeUnsynced(directory, text) }));
  // Content before names: a power cut must not leave a name without content.
  if (files.length <= FEW_FILES || !(await syncDisk(directory)))
    for (const { temporary } of written) await syncFile(temporary);
  for (const { name, temporary } of written) renameSync(temporary, join(directory, name));
}

/**
 * Makes files that did not exist, their names tried in order from `number` on; `name` and `text` are of that
 * number. Complete or not at all, and not synced. Returns the numbers.
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

/** As `removeFile` for many, with one sync of the directory. */
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

/** Without waiting: hundreds of small files are written some ten times sooner than through the thread pool. */
function writeUnsynced(directory: string, text: string): string {
  const path = temporaryBeside(join(directory, 'entry'));
  writeFileSync(path, text, { flag: 'wx' });
  shareAsAround(path);
  return path;
}
