import { constants, type Dirent } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { onDisk } from '../objects/byte-paths.ts';
import { removeTree } from '../remove-tree.ts';

/** Files that git reads by itself in every folder that it visits. */
const READ_BY_GIT: ReadonlySet<string> = new Set(['.gitignore', '.gitattributes', '.gitmodules']);
/** In nearly every repository git finishes sooner. */
const SUSPICIOUS_MS = 1_000;
/** Limit for one git command in a folder where someone else has worked. */
export const GIT_TIMEOUT_MS = 600_000;

/**
 * Runs git in a folder where a pipe may have taken the place of a file that git reads. Git would wait there for ever.
 * Such pipes (also sockets and devices) are removed, and git is run again. Returns their byte paths too.
 */
export async function withoutBlocking<T>(
  workTree: string,
  run: (signal: AbortSignal, removed: readonly string[]) => Promise<T>,
  { signal }: { signal?: AbortSignal } = {},
): Promise<{ value: T; removed: string[] }> {
  const removed: string[] = [];
  for (;;) {
    const stuck = new AbortController();
    const over = new AbortController();
    const look = (async () => {
      await delay(SUSPICIOUS_MS, undefined, { signal: over.signal, ref: false });
      const found = await blockingFiles(workTree, over.signal);
      if (found.length === 0) return;
      for (const path of found) await removeBlocking(onDisk(workTree, path));
      removed.push(...found);
      stuck.abort();
    })().catch(() => {});
    try {
      const value = await run(signal ? AbortSignal.any([signal, stuck.signal]) : stuck.signal, removed);
      return { value, removed };
    } catch (error) {
      if (!stuck.signal.aborted || signal?.aborted) throw error;
    } finally {
      over.abort();
      await look;
    }
  }
}

/**
 * Another git may also be waiting at the pipe, and would keep waiting after it is removed. Opening both ends lets
 * that git continue.
 */
async function removeBlocking(path: Buffer): Promise<void> {
  const { O_RDWR, O_NONBLOCK, O_NOFOLLOW } = constants;
  const isPipe = (await lstat(path)).isFIFO();
  const ends = isPipe ? await open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW) : undefined;
  try {
    await removeTree(path);
  } finally {
    await ends?.close();
  }
}

/** Byte paths below a folder that git would read, but that are not files, folders or links. */
async function blockingFiles(root: string, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined && !signal.aborted; at = pending.pop()) {
    const options = { withFileTypes: true, encoding: 'buffer' } as const;
    const entries: Dirent<Buffer>[] = await readdir(onDisk(root, at), options).catch(() => []);
    for (const entry of entries) {
      const name = entry.name.toString('latin1');
      const path = at === '' ? name : `${at}/${name}`;
      if (entry.isDirectory()) {
        if (name !== '.git') pending.push(path);
      } else if (READ_BY_GIT.has(name) && !entry.isFile() && !entry.isSymbolicLink()) found.push(path);
    }
  }
  return found;
}
