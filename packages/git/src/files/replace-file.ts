import { randomUUID } from 'node:crypto';
import { chmod, open, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { shareAsAround } from './shared-folder.ts';

export interface ReplaceFileOptions {
  /** The exact mode. The default follows the umask and the sharing of the folder. */
  readonly mode?: number;
  /** The content and then its name are on disk when this resolves. */
  readonly durable?: boolean;
}

/**
 * Replaces or creates a file atomically: readers, and a crash, see the old content or the new one, never a part.
 * Other names of the file (hard links) keep the old content.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode, durable = false }: ReplaceFileOptions = {},
): Promise<void> {
  const temporary = temporaryBeside(file);
  try {
    // Created exclusively, so that a planted link is not followed.
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

/** A new name in the same folder, because a rename is atomic only within one file system. */
export function temporaryBeside(file: string): string {
  return join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
}

/** Whether a file with this name was left by a crash of {@link replaceFile}. */
export function isTemporary(name: string): boolean {
  return /^\..*\.[0-9a-f-]{36}\.tmp$/.test(name);
}

/** Syncs a file's content, or a folder's names, to disk. */
export async function syncFile(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
