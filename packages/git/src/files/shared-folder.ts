import { chmodSync, statSync } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '../errors.ts';
import { sharedMode, type SharedPermissions } from '../repository/shared-permissions.ts';

/** Makes a folder, with those above it, as git makes one in a shared repository. One that is there stays as it is. */
export async function makeSharedFolder(folder: string, shared: SharedPermissions | undefined): Promise<void> {
  if (shared === undefined) {
    await mkdir(folder, { recursive: true });
    return;
  }
  try {
    await mkdir(folder);
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT')) throw error;
    await makeSharedFolder(dirname(folder), shared);
    return makeSharedFolder(folder, shared);
  }
  await chmod(folder, sharedMode((await stat(folder)).mode, shared, true));
}

/** Set group id, or the group may write. */
const SHARED = 0o2020;

/** In a folder that a group shares, makes a new file the group's as well. */
export function shareWithFolder(file: string): void {
  const { mode } = statSync(dirname(file));
  if ((mode & SHARED) !== 0) chmodSync(file, (statSync(file).mode | mode) & 0o664);
}
