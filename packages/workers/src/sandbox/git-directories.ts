import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The git directories of submodules, at any depth, below the `modules` folder of a git directory. */
export function gitDirectories(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => {
      const path = join(folder, name);
      // The name of a submodule may contain slashes.
      return existsSync(join(path, 'objects'))
        ? [path, ...gitDirectories(join(path, 'modules'))]
        : gitDirectories(path);
    });
}
