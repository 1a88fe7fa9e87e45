import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../errors.ts';
import type { Repository } from '../repository.ts';

/** Git finds a ref in a larger file sooner than this process reads it. */
const PACKED_MAX_BYTES = 1_000_000;

/**
 * The id of a branch or a ref of Sage by the files of git, which costs no process: its own file, else `packed-refs`.
 * Empty where there is no such ref, undefined where git has to be asked: the ref is symbolic, has an odd name, or refs are kept in another format.
 */
export async function readRefFile({ commonDir }: Repository, ref: string): Promise<string | undefined> {
  if (!/^refs\/(heads|sage)\//.test(ref) || ref.includes('..') || ref.includes('\0')) return undefined;
  try {
    const text = await readFile(join(commonDir, ref), 'latin1');
    return /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.test(text) ? text.trimEnd() : undefined;
  } catch (error) {
    // A folder may stand there: with refs below it, or empty beside a packed ref.
    if (!isErrno(error, 'ENOENT', 'EISDIR')) return undefined;
  }
  // In this order: git writes the packed file before it removes the other.
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

/** In bytes; undefined where there is no such file. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
