import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import type { Repository } from '../repository.ts';

const decompress = promisify(inflate);

/**
 * Removes loose objects, written since a time (ms), whose file does not hold what its name says: a power cut
 * leaves such files, empty or cut short, and git would take them for written. Returns their ids.
 */
export async function removeTornObjects(repository: Repository, since: number): Promise<string[]> {
  const objects = join(repository.commonDir, 'objects');
  const torn: string[] = [];
  for (const folder of await readdir(objects)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of await readdir(join(objects, folder))) {
      if (!/^([0-9a-f]{38}|[0-9a-f]{62})$/.test(name)) continue;
      const file = join(objects, folder, name);
      const status = await stat(file).catch(() => undefined);
      if (status === undefined || status.mtimeMs < since || (await holds(file, folder + name))) continue;
      await rm(file, { force: true });
      torn.push(folder + name);
    }
  }
  return torn;
}

async function holds(file: string, oid: string): Promise<boolean> {
  try {
    const content = await decompress(await readFile(file));
    const format = oid.length === 64 ? 'sha256' : 'sha1';
    return createHash(format).update(content).digest('hex') === oid;
  } catch {
    return false;
  }
}
