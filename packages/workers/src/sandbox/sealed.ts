import { type Dirent, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin } from '../process/user-path.ts';

/** Each entry is a mount, and each mount looks through all others: a folder with more is left as it is. */
const MAX_ENTRIES = 300;

/** Folders that show what they have now, without what is hidden. */
export interface Sealed {
  readonly folders: readonly string[];
  readonly words: readonly string[];
  /** Words for the end, when everything is in its place. */
  readonly end: readonly string[];
}

/**
 * A mount over a file goes away when somebody outside puts another file there, as programs do that rewrite a login,
 * and nothing can be mounted over a file that is not there yet. So the folders that hidden files are in, or would be in,
 * are empty ones, with everything else mounted into them. All paths are without links.
 */
export function sealed(parents: Iterable<string>, hidden: ReadonlySet<string>): Sealed {
  const folders = [...new Set(parents)]
    .filter((path) => ![...hidden].some((one) => isWithin(path, one)) && isSmallFolder(path))
    .toSorted((a, b) => a.length - b.length);
  const shown = (entry: Dirent): string[] => {
    const path = join(entry.parentPath, entry.name);
    // It leads to nothing where its target is hidden.
    if (entry.isSymbolicLink()) return ['--symlink', readlinkSync(path), path];
    // One that is sealed comes after this.
    if (hidden.has(path) || folders.includes(path) || !isReachable(path)) return [];
    // A socket would be a way out.
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

/** A mount of another user's cannot be mounted anywhere. */
function isReachable(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
