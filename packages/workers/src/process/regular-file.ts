import { constants } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { isErrno, removeTree, shareAsAround } from '@sage/git';

/**
 * Opens a file that an agent can replace. Opening a pipe would block for ever, so anything but a regular file is an
 * error.
 */
export async function openRegular(path: string, flags: 'r' | 'a'): Promise<FileHandle> {
  const { O_RDONLY, O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK, O_NOFOLLOW } = constants;
  const how = flags === 'r' ? O_RDONLY : O_WRONLY | O_APPEND | O_CREAT;
  const handle = await open(path, how | O_NONBLOCK | O_NOFOLLOW, 0o644).catch((error: unknown) => {
    // A pipe without a reader, a link, or a folder.
    if (isErrno(error, 'ENXIO', 'ELOOP', 'EISDIR')) return undefined;
    throw error;
  });
  if (handle && (await handle.stat()).isFile()) return handle;
  await handle?.close();
  throw new Error(`${path} is not a regular file: an agent put something else there`);
}

/** The text of a file, of at most this many bytes; undefined if there is none. */
export async function readRegular(path: string, maxBytes: number): Promise<string | undefined> {
  try {
    await using handle = await openRegular(path, 'r');
    return (await handle.stat()).size > maxBytes ? undefined : await handle.readFile('utf8');
  } catch {
    return undefined;
  }
}

export async function appendRegular(path: string, text: string): Promise<void> {
  await using handle = await openRegular(path, 'a');
  await handle.appendFile(text);
}

/** Writes a new file, replacing anything in its place. */
export async function replaceRegular(path: string, text: string): Promise<void> {
  await removeTree(path);
  await writeFile(path, text, { flag: 'wx' });
  shareAsAround(path);
}
