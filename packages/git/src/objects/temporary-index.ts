import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `use` with the path of a temporary index file, and removes the file afterwards. */
export async function withTemporaryIndex<T>(use: (indexFile: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'sage-index-'));
  try {
    return await use(join(directory, 'index'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
