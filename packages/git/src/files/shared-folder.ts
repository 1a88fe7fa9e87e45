import { chmodSync, statSync } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '../errors.ts';
import { sharedMode, type SharedPermissions } from './shared-permissions.ts';

// The rule for a repository that several users share: Sage's folders at the top of `.git` or `.sage` get the mode
// that git would give them, and everything below inherits the sharing of the folder around it.

/** Makes one of Sage's top folders and its missing parents. An existing folder stays as it is. */
export async function makeTopFolder(folder: string, shared: SharedPermissions | undefined): Promise<void> {
  await makeFolders(folder, async (made) => {
    if (shared) await chmod(made, sharedMode((await stat(made)).mode, shared, true));
  });
}

/** Makes a folder further down and its missing parents. An existing folder stays as it is. */
export async function makeFolderWithin(folder: string): Promise<void> {
  await makeFolders(folder, shareAsAround);
}

/** The set-group-ID bit, or write permission for the group. */
const SHARED = 0o2020;

/** Shares a new file or folder in the same way as the folder around it. */
export function shareAsAround(made: string): void {
  const around = statSync(dirname(made)).mode;
  if ((around & SHARED) === 0) return;
  const status = statSync(made);
  const wanted = (status.mode | (around & (status.isDirectory() ? 0o2775 : 0o664))) & 0o7777;
  if (wanted !== (status.mode & 0o7777)) chmodSync(made, wanted);
}

async function makeFolders(folder: string, share: (made: string) => void | Promise<void>): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    // If a file is in the way, the caller will notice when it writes into the folder.
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT')) throw error;
    await makeFolders(dirname(folder), share);
    return makeFolders(folder, share);
  }
  await share(folder);
}
