import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import { gitDirectories } from './git-directories.ts';
import { sealed } from './sealed.ts';
import { homeOf, isWithin, realPlace, userPath } from '../process/user-path.ts';

/** In a git directory: addresses with passwords, and data of the queue and of other runs. */
const PRIVATE = ['config', 'config.worktree', 'FETCH_HEAD', 'logs', 'sage-settings'];

export interface Keys {
  /** Hidden places; see `SandboxSettings`. */
  readonly hidden: readonly string[];
  readonly writable: readonly string[];
  readonly root: string;
  readonly commonDir: string;
  readonly variables: NodeJS.ProcessEnv;
}

/** Words that hide keys and other tickets' logs, and make writable places writable. */
export function withoutKeys({ hidden: names, writable, root, commonDir, variables }: Keys): {
  readonly words: readonly string[];
  /** For the end, after the agents' folders: writable places inside hidden ones. */
  readonly last: readonly string[];
  readonly end: readonly string[];
} {
  const home = realPlace(homeOf(variables));
  const runs = realPlace(join(root, SAGE_PATHS.runs));
  const hidden = new Set(names.flatMap((path) => userPath(path, variables)).map(realPlace));
  const open = writable.map((path) => ({ path, real: realPlace(path) }));
  // An agent creates files there, so it has to be the real folder.
  const isOpen = (path: string) => open.some(({ real }) => isWithin(path, real));
  const parents = [...hidden].flatMap((path) => foldersAbove(path, home));
  const user = sealed(
    parents.filter((folder) => !isOpen(folder)),
    hidden,
  );
  const directories = [commonDir, ...gitDirectories(join(commonDir, 'modules'))];
  const secrets = new Set(directories.flatMap((directory) => PRIVATE.map((name) => join(directory, name))));
  const repository = sealed(directories, secrets);
  const left = [...hidden, ...secrets, runs].filter(
    (path) => ![...user.folders, ...repository.folders].includes(nearestFolder(path)),
  );
  const covered = [...hidden, commonDir, runs];
  return {
    words: [
      ...user.words,
      ...bindAll('--bind-try', writable),
      ...repository.words,
      ...masked(left.filter((path) => ![...hidden].some((one) => one !== path && isWithin(path, one)))),
    ],
    last: open
      .filter(({ real }) => covered.some((path) => isWithin(real, path)))
      .flatMap(({ path }) => bindAll('--bind-try', [path])),
    end: [...repository.end, ...user.end],
  };
}

function bindAll(how: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => [how, path, path]);
}

/** The folders around a path, up to and including `top`. */
function foldersAbove(path: string, top: string): string[] {
  const folder = dirname(path);
  return isWithin(folder, top) && path !== top ? [folder, ...foldersAbove(folder, top)] : [];
}

/** The nearest existing folder around a path. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return folder === path || existsSync(folder) ? folder : nearestFolder(folder);
}

/** Words that make a sandbox show nothing at these paths (with links resolved). Skips paths that do not exist. */
function masked(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    return status.isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  });
}
