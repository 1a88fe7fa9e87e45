import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno } from '../errors.ts';

/** Removes a directory tree, read-only folders included; a symlink is removed, never followed. */
export async function removeTree(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (!isErrno(error, 'EACCES', 'EPERM', 'ENOTEMPTY')) throw error;
    await makeWritable(path);
    await rm(path, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function makeWritable(path: string): Promise<void> {
  const status = await lstat(path);
  if (!status.isDirectory()) return;
  await chmod(path, 0o700);
  for (const name of await readdir(path)) await makeWritable(join(path, name));
}
