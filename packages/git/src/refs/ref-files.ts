import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../errors.ts';
import type { Repository } from '../repository.ts';

/** In a larger file, git finds a ref sooner than this process reads it. */
const PACKED_MAX_BYTES = 1_000_000;

/**
 * The id of a branch or of one of Sage's refs, read from git's files without starting a process: from the ref's own
 * file, otherwise from `packed-refs`. Empty if there is no such ref. Undefined if git has to be asked, because the
 * ref is symbolic, has an odd name, or refs are stored in another format.
 */
export async function readRefFile({ commonDir }: Repository, ref: string): Promise<string | undefined> {
  if (!/^refs\/(heads|sage)\//.test(ref) || ref.includes('..') || ref.includes('\0')) return undefined;
  try {
    const text = await readFile(join(commonDir, ref), 'latin1');
    return /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.test(text) ? text.trimEnd() : undefined;
  } catch (error) {
    // There may be a folder instead: with refs below it, or empty next to a packed ref.
    if (!isErrno(error, 'ENOENT', 'EISDIR')) return undefined;
  }
  // In this order, because git writes the packed file before it removes the loose one.
  return readPackedRef(commonDir, ref);
}

async function readPackedRef(commonDir: string, ref: string): Promise<string | undefined> {
  const [otherFormat, packed] = await Promise.all([
    sizeOf(join(commonDir, 'reftable')),
    sizeOf(join(commonDir, 'packed-refs')),
  ]);
  if (otherFormat !== undefined || (packed ?? 0) > PACKED_MAX_BYTES) return undefined;
  if (packed === undefined) return '';
  const text = await readFile(join(commonDir, 'packed-refs'), 'latin1');
  const line = text.split('\n').find((each) => each.endsWith(` ${ref}`));
  return line === undefined ? '' : line.slice(0, line.indexOf(' '));
}

/** In bytes; undefined if there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
