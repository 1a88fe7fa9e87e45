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

/** The hash algorithm of a repository with ids of this length. */
export function objectFormat(oid: string): ObjectFormat {
  return oid.length === 64 ? 'sha256' : 'sha1';
}

/**
 * Writes a loose object like git (temporary file, then rename) and returns its id. Not synced: the caller syncs once
 * for many objects. Replaces an existing file, which a power cut may have left empty. Synchronous: objects are small,
 * and a landing writes them one after the other.
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
  // A name that git's own pruning recognises.
  const temporary = join(directory, `tmp_obj_${randomBytes(6).toString('hex')}`);
  const packed = deflateSync(store, { level: 1 });
  // Like git, leaves an existing folder of another user as it is.
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
