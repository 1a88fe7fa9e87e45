import { toBytePath } from '../objects/byte-paths.ts';

/** What keeps the base's version, whatever was done to it. */
export interface Exclusion {
  /** Files and folders, such as `.sage/`. */
  readonly exclude: readonly string[];
  /** Names of files, in whatever folder. */
  readonly excludeNames?: readonly string[];
}

/** Takes byte paths. */
export function excludedPaths({ exclude, excludeNames = [] }: Exclusion): (path: string) => boolean {
  const roots = exclude.map((path) => toBytePath(path).replace(/\/+$/, ''));
  const isNamed = namedPaths(excludeNames);
  return (path) => isNamed(path) || overlaps(path, roots);
}

/** Byte paths of files that have one of these names. */
export function namedPaths(names: readonly string[]): (path: string) => boolean {
  const known = new Set(names.map(toBytePath));
  return (path) => known.has(path.slice(path.lastIndexOf('/') + 1));
}

/** Whether a path is one of these, or in one; a file in the place of a folder that holds one would drop it, too. */
export function overlaps(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`));
}
