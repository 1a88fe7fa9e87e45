import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes everything in a folder that is older than this, and so was left by killed processes. */
export async function removeOlder(folder: string, milliseconds: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const status = await stat(path).catch(() => undefined);
    if (status && Date.now() - status.mtimeMs > milliseconds)
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}
