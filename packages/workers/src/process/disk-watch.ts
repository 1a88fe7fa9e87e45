import { lstat, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a unit of `blocks` in stat(2). */
const BLOCK_BYTES = 512;

/** Says whether a folder has grown over a limit, without reading it as long as its file system has not lost that much. */
export class DiskWatch {
  readonly #folder: string;
  readonly #limit: number;
  #freeAtFirst: number | undefined;
  #looking = false;

  /** `limit` in bytes, of all that is in the folder. */
  constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  async isOver(): Promise<boolean> {
    if (this.#looking) return false;
    this.#looking = true;
    try {
      const { bavail, bsize } = await statfs(this.#folder);
      const free = bavail * bsize;
      this.#freeAtFirst ??= free;
      if (this.#freeAtFirst - free < this.#limit) return false;
      return (await bytesIn(this.#folder, this.#limit)) > this.#limit;
    } catch {
      return false;
    } finally {
      this.#looking = false;
    }
  }
}

/** Bytes on the disk; counting ends where they are more than `limit`. Links are not followed. */
export async function bytesIn(folder: string, limit: number): Promise<number> {
  const pending = [folder];
  let bytes = 0;
  for (let at = pending.pop(); at !== undefined && bytes <= limit; at = pending.pop()) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) pending.push(path);
      const status = await lstat(path).catch(() => undefined);
      bytes += (status?.blocks ?? 0) * BLOCK_BYTES;
      if (bytes > limit) break;
    }
  }
  return bytes;
}
