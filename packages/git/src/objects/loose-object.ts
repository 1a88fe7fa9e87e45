import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fchmodSync,
  fstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import type { Repository } from '../repository.ts';
import { sharedMode, type SharedPermissions } from '../files/shared-permissions.ts';

export type ObjectFormat = 'sha1' | 'sha256';

/** Which hash a repository with ids like this one uses. */
export function objectFormat(oid: string): ObjectFormat {
  return oid.length === 64 ? 'sha256' : 'sha1';
}

/**
 * Writes a loose object as git does (temporary file, then its name) and returns its id. Not synced: the caller
 * syncs once for many. A file of that name is replaced, as a power cut may have left an empty one. Without
 * waiting for other work of this process: objects are small, and a landing writes one after the other.
 */
export function writeLooseObject(
  repository: Repository,
  format: ObjectFormat,
  type: 'blob' | 'tree' | 'commit',
  content: Uint8Array,
  shared?: SharedPermissions,
): string {
  const store = Buffer.concat([Buffer.from(`${type} ${content.length}\0`), content]);
  const oid = createHash(format).update(store).digest('hex');
  const directory = join(repository.commonDir, 'objects', oid.slice(0, 2));
  // The name that git's own pruning knows.
  const temporary = join(directory, `tmp_obj_${randomBytes(6).toString('hex')}`);
  const packed = deflateSync(store, { level: 1 });
  // Also git's: a folder of others that is there already stays as it is.
  if (mkdirSync(directory, { recursive: true }) !== undefined && shared !== undefined)
    chmodSync(directory, sharedMode(statSync(directory).mode, shared, true));
  const file = openSync(temporary, 'wx', 0o444);
  try {
    if (shared !== undefined) fchmodSync(file, sharedMode(fstatSync(file).mode, shared, false));
    for (let written = 0; written < packed.length;) written += writeSync(file, packed, written);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, join(directory, oid.slice(2)));
  return oid;
}
