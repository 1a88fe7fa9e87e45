import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Syncs the whole file system of `directory` to disk. This is the only way to sync files that another program (git)
 * wrote without syncing each. False if the machine lacks `sync -f` of GNU coreutils.
 */
export async function syncDisk(directory: string): Promise<boolean> {
  if (process.platform !== 'linux') return false;
  try {
    await run('sync', ['-f', '--', directory]);
    return true;
  } catch {
    return false;
  }
}
