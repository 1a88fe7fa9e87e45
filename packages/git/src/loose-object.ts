import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import type { Repository } from './repository.ts';

const compress = promisify(deflate);

export type ObjectFormat = 'sha1' | 'sha256';

/** Which hash a repository with ids like this one uses. */
export function objectFormat(oid: string): ObjectFormat {
  return oid.length === 64 ? 'sha256' : 'sha1';
}

/**
 * Writes a loose object as git does (temporary file, then its name) and returns its id. Not synced: the caller
 * syncs once for many. A file of that name is replaced, as a power cut may have left an empty one.
 */
export async function writeLooseObject(
  repository: Repository,
  format: ObjectFormat,
  type: 'blob' | 'tree' | 'commit',
  content: Uint8Array,
): Promise<string> {
  const store = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash(format).update(store).digest('hex');
  const directory = join(repository.commonDir, 'objects', oid.slice(0, 2));
  // The name that git's own pruning knows.
  const temporary = join(directory, `tmp_obj_${randomBytes(6).toString('hex')}`);
  const packed = await compress(store, { level: 1 });
  const file = await open(temporary, 'wx').catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    await mkdir(directory, { recursive: true });
    return open(temporary, 'wx');
  });
  try {
    await file.writeFile(packed);
  } finally {
    await file.close();
  }
  await chmod(temporary, 0o444);
  await rename(temporary, join(directory, oid.slice(2)));
  return oid;
}
