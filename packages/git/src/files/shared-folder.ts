import { chmodSync, statSync } from 'node:fs';
import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isErrno } from '../errors.ts';
import { sharedMode, type SharedPermissions } from './shared-permissions.ts';

// The rule, in a repository that several users share: a folder of Sage's at the top of `.git` or `.sage` gets the mode
// that git would give it, and whatever Sage makes below takes over how the folder around it is shared.

/** Makes a folder of Sage's at the top, with those above it. One that is there stays as it is. */
export async function makeTopFolder(folder: string, shared: SharedPermissions | undefined): Promise<void> {
  await makeFolders(folder, async (made) => {
    if (shared) await chmod(made, sharedMode((await stat(made)).mode, shared, true));
  });
}

/** Makes a folder somewhere below, with those above it. One that is there stays as it is. */
export async function makeFolderWithin(folder: string): Promise<void> {
  await makeFolders(folder, shareAsAround);
}

/** Set group id, or the group may write. */
const SHARED = 0o2020;

/** Shares what was made just now as the folder is shared that it is in. */
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
    // If a file is in its place, whoever writes below finds that out.
    if (isErrno(error, 'EEXIST')) return;
    if (!isErrno(error, 'ENOENT')) throw error;
    await makeFolders(dirname(folder), share);
    return makeFolders(folder, share);
  }
  await share(folder);
}
