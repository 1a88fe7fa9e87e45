import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDisk } from '@sage/git';
import { isErrno } from './errors.ts';

export const TEMPORARY_PREFIX = '.tmp-';

/** Files open at a time. */
const AT_ONCE = 16;

/**
 * Makes a file that did not exist, complete or not at all and on disk when this returns; false when the name is
 * taken. A hard link is the one exclusive create that shows the whole content at once.
 */
export async function createFile(directory: string, name: string, text: string): Promise<boolean> {
  const temporary = await writeTemporary(directory, text);
  try {
    await link(temporary, join(directory, name));
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFile(directory);
  return true;
}

/** Replaces a file as a whole; a crash leaves the old or the new content. */
export async function replaceFile(directory: string, name: string, text: string): Promise<void> {
  const temporary = await writeTemporary(directory, text);
  await rename(temporary, join(directory, name));
  await syncFile(directory);
}

/** Replaces many, with one sync for all where this machine can do that. */
export async function replaceFiles(
  directory: string,
  files: readonly { name: string; text: string }[],
): Promise<void> {
  const written: { name: string; temporary: string }[] = [];
  await inParallel(files, async ({ name, text }) => {
    written.push({ name, temporary: await writeTemporary(directory, text, false) });
  });
  // Content before names: a power cut must not leave a name without content.
  if (!(await syncDisk(directory))) await inParallel(written, ({ temporary }) => syncFile(temporary));
  await inParallel(written, ({ name, temporary }) => rename(temporary, join(directory, name)));
  await syncFile(directory);
}

/**
 * Makes files that did not exist, their names tried in order from `number` on; `name` and `text` are of that
 * number. Complete or not at all, and not synced. Returns the numbers.
 */
export async function createFiles(
  directory: string,
  first: number,
  files: readonly { name: (number: number) => string; text: (number: number) => string }[],
): Promise<number[]> {
  const temporaries = new Map<number, string>();
  const prepared = files.map((file, n) => ({ file, n }));
  // Content is for the number that is most likely free; where another process took it, it is written again.
  await inParallel(prepared, async ({ file, n }) => {
    temporaries.set(n, await writeTemporary(directory, file.text(first + n), false));
  });
  const numbers: number[] = [];
  let number = first;
  for (const { file, n } of prepared) {
    for (; ; number += 1) {
      const likely = number === first + n;
      const temporary = likely
        ? temporaries.get(n)
        : await writeTemporary(directory, file.text(number), false);
      const taken = await link(temporary ?? '', join(directory, file.name(number))).then(
        () => false,
        (error: unknown) => {
          if (isErrno(error, 'EEXIST')) return true;
          throw error;
        },
      );
      if (!likely) await rm(temporary ?? '', { force: true });
      if (!taken) break;
    }
    numbers.push(number);
    number += 1;
  }
  await inParallel([...temporaries.values()], (temporary) => rm(temporary, { force: true }));
  return numbers;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values();
  const one = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
}

export async function removeFile(directory: string, name: string): Promise<void> {
  await rm(join(directory, name), { force: true });
  await syncFile(directory);
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

/** A file's content, or a directory's names. */
async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
