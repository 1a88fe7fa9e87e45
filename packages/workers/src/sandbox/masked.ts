import { lstatSync } from 'node:fs';

/** The words by which a sandbox shows nothing at these paths, which are without links: what is not there is passed over. */
export function masked(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    return status.isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  });
}
