import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflate } from 'node:zlib';
import { isErrno } from '../errors.ts';
import { objectFormat } from './loose-object.ts';
import type { Repository } from '../repository.ts';

/**
 * Removes loose objects, written since a time (ms), whose content does not match their id. A power cut leaves such
 * files, empty or cut short, and git would consider them present. Returns their ids.
 */
export async function removeTornObjects(repository: Repository, since: number): Promise<string[]> {
  const objects = join(repository.commonDir, 'objects');
  const torn: string[] = [];
  for (const folder of await readdir(objects)) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const name of (await unlessGone(readdir(join(objects, folder)))) ?? []) {
      if (!/^([0-9a-f]{38}|[0-9a-f]{62})$/.test(name)) continue;
      const file = join(objects, folder, name);
      const status = await unlessGone(stat(file));
      if (status === undefined || status.mtimeMs < since) continue;
      if ((await unlessGone(holds(file, folder + name))) !== false) continue;
      await rm(file, { force: true });
      torn.push(folder + name);
    }
  }
  return torn;
}

async function holds(file: string, oid: string): Promise<boolean> {
  const hash = createHash(objectFormat(oid));
  try {
    await pipeline(createReadStream(file), createInflate(), hash);
  } catch (error) {
    // Cut short, or not compressed data. Any other error says nothing about the file.
    if (isErrno(error, 'Z_BUF_ERROR', 'Z_DATA_ERROR', 'Z_NEED_DICT')) return false;
    throw error;
  }
  return hash.digest('hex') === oid;
}

/** The user's gc may remove files in the meantime. */
async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
