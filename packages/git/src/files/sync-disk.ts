import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Puts everything written to the file system of `directory` on disk: the one way to sync files that others (git)
 * have written without a sync each. False where this machine cannot (`sync -f` of GNU coreutils is needed).
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
