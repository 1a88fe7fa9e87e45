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
  const names = new Set(excludeNames.map(toBytePath));
  // A file in the place of a folder that holds an excluded path would drop it.
  return (path) =>
    names.has(path.slice(path.lastIndexOf('/') + 1)) ||
    roots.some((root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`));
}
