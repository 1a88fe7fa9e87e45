import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes in a unit of `blocks` in stat(2). */
const BLOCK_BYTES = 512;

/** The share of time that measuring may take, so a large folder is measured less often. */
const SHARE_OF_TIME = 0.02;

/** Checks whether a folder has exceeded a limit. */
export class DiskWatch {
  readonly #folder: string;
  readonly #limit: number;
  #nextAt = 0;

  /** `limit` in bytes, for everything in the folder. */
  constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  async isOver(): Promise<boolean> {
    const began = performance.now();
    if (began < this.#nextAt) return false;
    this.#nextAt = Infinity;
    const bytes = await bytesIn(this.#folder, this.#limit);
    const ended = performance.now();
    this.#nextAt = ended + (ended - began) / SHARE_OF_TIME;
    return bytes > this.#limit;
  }
}

/** Bytes on disk. Stops counting above `limit`. Does not follow links. */
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
