import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import { constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { applyTicketChanges } from './edit.ts';
import type { TicketChange } from './edit.ts';
import { TicketIndexError } from './errors.ts';
import { parseTicketIndex } from './sage-index.ts';
import type { TicketIndex } from './sage-index.ts';

/** @throws {TicketIndexError} for a file that is missing, unreadable or not a valid index. */
export async function readTicketIndex(file: string): Promise<TicketIndex & { text: string }> {
  const text = await readTicketText(file);
  return { ...parseTicketIndex(text, file), text };
}

/**
 * The exact text of an index: encoding it as UTF-8 gives the file's bytes again.
 * @throws {TicketIndexError} for a file that is missing, unreadable or not UTF-8.
 */
export async function readTicketText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readRegularFile(file);
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    throw code === 'ENOENT'
      ? new TicketIndexError({
          file,
          code: 'NOT_FOUND',
          problem: 'no ticket index: sage init makes one',
          cause,
        })
      : new TicketIndexError({
          file,
          code: 'UNREADABLE',
          problem: `cannot be read (${String(code)}): check the path and its permissions`,
          cause,
        });
  }
  const text = bytes.toString('utf8');
  if (isUtf8(bytes)) return text;
  const fault = Buffer.from(text).findIndex((byte, index) => byte !== bytes[index]);
  const line = bytes.subarray(0, fault).filter((byte) => byte === 0x0a).length + 1;
  const column = fault - bytes.subarray(0, fault).lastIndexOf(0x0a);
  throw new TicketIndexError({
    file,
    code: 'NOT_UTF8',
    problem: 'not UTF-8 text: convert the file',
    place: { line, column },
  });
}

/** Refuses anything else, because reading a pipe would wait for a writer. */
async function readRegularFile(file: string): Promise<Buffer> {
  await using handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const status = await handle.stat();
  if (!status.isFile()) throw Object.assign(new Error('no regular file'), { code: 'no regular file' });
  return await handle.readFile();
}

/**
 * Applies changes to the file, see {@link applyTicketChanges} and {@link editTicketFile}.
 * @throws {TicketIndexError}
 */
export function writeTicketChanges(file: string, changes: readonly TicketChange[]): Promise<void> {
  return editTicketFile(file, (text) => applyTicketChanges(text, changes, file));
}

/**
 * Edits a ticket file completely or not at all, even through a power cut. Keeps the mode, follows a symbolic link,
 * and writes nothing if nothing changes.
 * @throws {TicketIndexError}
 */
export async function editTicketFile(file: string, edit: (text: string) => string): Promise<void> {
  const text = await readTicketText(file);
  const changed = edit(text);
  if (changed !== text) await replaceFile(await realpath(file), changed);
}

async function replaceFile(file: string, text: string): Promise<void> {
  const folder = dirname(file);
  // In the same folder, because a rename is atomic only within one file system.
  const temporary = join(folder, `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.chmod((await stat(file)).mode & 0o7777);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Without this, a power cut may bring back the old file, though never a torn one. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
