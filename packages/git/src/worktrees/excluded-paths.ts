import { toBytePath } from '../objects/byte-paths.ts';

/** Paths that keep the base's version, whatever was done to them. */
export interface Exclusion {
  /** Files and folders, such as `.sage/`. */
  readonly exclude: readonly string[];
  /** Names of files, in any folder. */
  readonly excludeNames?: readonly string[];
}

/** Takes byte paths. */
export function excludedPaths({ exclude, excludeNames = [] }: Exclusion): (path: string) => boolean {
  const roots = exclude.map((path) => toBytePath(path).replace(/\/+$/, ''));
  const isNamed = namedPaths(excludeNames);
  return (path) => isNamed(path) || overlaps(path, roots);
}

/** Matches byte paths of files that have one of these names. */
export function namedPaths(names: readonly string[]): (path: string) => boolean {
  const known = new Set(names.map(toBytePath));
  return (path) => known.has(path.slice(path.lastIndexOf('/') + 1));
}

/** Whether a path is one of these, inside one, or around one: a file in place of a parent folder would remove it. */
export function overlaps(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`));
}
