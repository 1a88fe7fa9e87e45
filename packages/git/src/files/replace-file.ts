import { randomUUID } from 'node:crypto';
import { chmod, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { shareAsAround } from './shared-folder.ts';

export interface ReplaceFileOptions {
  /** Exactly; by default as the umask has it, and as the folder is shared. */
  readonly mode?: number;
  /** The content and its name are on the disk when this resolves, the content first. */
  readonly durable?: boolean;
}

/**
 * Replaces a file, or makes it: a reader, and a crash, see the old content or the new one, never a part. Other names of
 * the file (hard links) keep the old content.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode, durable = false }: ReplaceFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    // Created exclusively: nobody's link is followed.
    await writeFile(temporary, content, { flag: 'wx', flush: durable });
    if (mode === undefined) shareAsAround(temporary);
    else await chmod(temporary, mode);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  if (durable) await syncFile(dirname(file));
}

/** A new name in the same folder, as a rename is atomic within one file system only. */
export function temporaryBeside(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
}

/** Whether a file of this name is what a crash left of {@link replaceFile}. */
export function isTemporary(name: string): boolean {
  return /^\..*\.[0-9a-f-]{36}\.tmp$/.test(name);
}

/** Puts a file's content on the disk, or a folder's names. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
