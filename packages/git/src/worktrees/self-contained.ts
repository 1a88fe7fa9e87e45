import { lstat, readdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of a git directory that git reads by itself. */
const FOLDERS = ['objects', 'refs'];
const FILES = ['HEAD', 'packed-refs', 'config', 'shallow'];

/**
 * Whether a git directory that an agent could write to is below `top` and contains no links to other places. Through
 * a link, git would read, and Sage would write, what the agent itself cannot reach.
 */
export async function isSelfContained(gitDir: string, top: string): Promise<boolean> {
  try {
    if (!`${await realpath(gitDir)}/`.startsWith(`${await realpath(top)}/`)) return false;
    if ((await kindOf(join(gitDir, 'commondir'))) !== 'none') return false;
    for (const name of FILES) if ((await kindOf(join(gitDir, name))) === 'other') return false;
    for (const name of FOLDERS) {
      const folder = join(gitDir, name);
      if ((await kindOf(folder)) !== 'folder') return false;
      const entries = await readdir(folder, { recursive: true, withFileTypes: true });
      if (!entries.every((entry) => entry.isFile() || entry.isDirectory())) return false;
    }
    return true;
  } catch {
    return false;
  }
}

async function kindOf(path: string): Promise<'none' | 'file' | 'folder' | 'other'> {
  const status = await lstat(path).catch(() => undefined);
  if (status === undefined) return 'none';
  return status.isFile() ? 'file' : status.isDirectory() ? 'folder' : 'other';
}
