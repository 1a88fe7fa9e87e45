import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin } from '../process/user-path.ts';

/** Each entry is a mount, and each new mount scans all others. A folder with more entries is left as it is. */
const MAX_ENTRIES = 300;

/** Folders that show their current entries, without the hidden ones. */
export interface Sealed {
  readonly folders: readonly string[];
  readonly words: readonly string[];
  /** Words to add last, when everything is in place. */
  readonly end: readonly string[];
}

/**
 * A mount over a file disappears when a program outside replaces the file, as programs do when they renew a login.
 * And a file that does not exist yet cannot be mounted over. Therefore the parent folders of hidden files are
 * replaced by empty ones, and everything else is mounted into them. All paths have their links resolved.
 */
export function sealed(parents: Iterable<string>, hidden: ReadonlySet<string>): Sealed {
  const folders = [...new Set(parents)]
    .filter((path) => ![...hidden].some((one) => isWithin(path, one)) && isSmallFolder(path))
    .toSorted((a, b) => a.length - b.length);
  const shown = (entry: Dirent): string[] => {
    const path = join(entry.parentPath, entry.name);
    // If its target is hidden, the link leads nowhere.
    if (entry.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    // A folder that is itself sealed is added later.
    if (hidden.has(path) || folders.includes(path) || !isReachable(path)) return [];
    // Sockets are left out, because they would lead out of the sandbox.
    return entry.isFile() || entry.isDirectory() ? ['--ro-bind-try', path, path] : [];
  };
  const words = folders.flatMap((folder) => [
    '--tmpfs',
    folder,
    ...readdirSync(folder, { withFileTypes: true }).flatMap(shown),
  ]);
  return { folders, words, end: folders.flatMap((folder) => ['--remount-ro', folder]) };
}

function isSmallFolder(path: string): boolean {
  try {
    return dirname(path) !== path && lstatSync(path).isDirectory() && readdirSync(path).length <= MAX_ENTRIES;
  } catch {
    return false;
  }
}

/** Another user's mount may be inaccessible, and cannot be mounted anywhere. */
function isReachable(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
