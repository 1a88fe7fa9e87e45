import { existsSync, lstatSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import { gitDirectories } from './git-directories.ts';
import { sealed } from './sealed.ts';
import { homeOf, isWithin, realPlace, userPath } from '../process/user-path.ts';

/** Of a git directory: addresses with passwords, and what the queue and other runs keep. */
const PRIVATE = ['config', 'config.worktree', 'FETCH_HEAD', 'logs', 'sage-settings'];

export interface Keys {
  /** What is hidden; see `SandboxSettings`. */
  readonly hidden: readonly string[];
  readonly writable: readonly string[];
  readonly root: string;
  readonly commonDir: string;
  readonly variables: NodeJS.ProcessEnv;
}

/** The words by which keys and logs of other tickets cannot be read, and writable places can be written. */
export function withoutKeys({ hidden: names, writable, root, commonDir, variables }: Keys): {
  readonly words: readonly string[];
  /** After the folders of agents: writable places that are hidden otherwise. */
  readonly last: readonly string[];
  readonly end: readonly string[];
} {
  const home = realPlace(homeOf(variables));
  const runs = realPlace(join(root, SAGE_PATHS.runs));
  const hidden = new Set(names.flatMap((path) => userPath(path, variables)).map(realPlace));
  const open = writable.map((path) => ({ path, real: realPlace(path) }));
  // There an agent makes files of its own, so it has to be the folder itself.
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

/** Those that a path below `top` is in, `top` included. */
function foldersAbove(path: string, top: string): string[] {
  const folder = dirname(path);
  return isWithin(folder, top) && path !== top ? [folder, ...foldersAbove(folder, top)] : [];
}

/** Of the folders that a path is in, the lowest that is there. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return folder === path || existsSync(folder) ? folder : nearestFolder(folder);
}

/** The words by which a sandbox shows nothing at these paths, which are without links: what is not there is passed over. */
function masked(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status === undefined) return [];
    return status.isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path];
  });
}
