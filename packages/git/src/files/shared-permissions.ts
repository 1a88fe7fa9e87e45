import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

/** What `core.sharedRepository` adds to the mode of a file, or sets it to. */
export interface SharedPermissions {
  readonly bits: number;
  readonly exact: boolean;
}

const GROUP = 0o660;
const EVERYBODY = 0o664;
const NAMES: Readonly<Record<string, number>> = {
  group: GROUP,
  true: GROUP,
  yes: GROUP,
  on: GROUP,
  '1': GROUP,
  all: EVERYBODY,
  world: EVERYBODY,
  everybody: EVERYBODY,
  '2': EVERYBODY,
};

const known = new WeakMap<Repository, Promise<SharedPermissions | undefined>>();

/** undefined where the repository is not shared. Looked up once for a repository that is open: runs keep their settings. */
export function sharedPermissions(repository: Repository): Promise<SharedPermissions | undefined> {
  let permissions = known.get(repository);
  if (permissions === undefined) {
    permissions = readPermissions(repository);
    known.set(repository, permissions);
  }
  return permissions;
}

/** What has been found out with the rest of the settings. */
export function rememberPermissions(
  repository: Repository,
  permissions: SharedPermissions | undefined,
): void {
  known.set(repository, Promise.resolve(permissions));
}

async function readPermissions(repository: Repository): Promise<SharedPermissions | undefined> {
  return permissionsOf(
    await git(repository, ['config', '--get', 'core.sharedRepository'], { allowExit: [1] }),
  );
}

/** By the value of `core.sharedRepository`, empty where there is none. */
export function permissionsOf(value: string): SharedPermissions | undefined {
  const bits = NAMES[value.toLowerCase()];
  if (bits !== undefined) return { bits, exact: false };
  const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) & 0o666 : 0;
  return mode === 0 ? undefined : { bits: mode, exact: true };
}

/** The mode that git gives a file or folder that has `mode` by the umask. */
export function sharedMode(mode: number, { bits, exact }: SharedPermissions, directory: boolean): number {
  const writable = (mode & 0o200) === 0 ? bits & ~0o222 : bits;
  const wanted = directory ? writable | ((writable & 0o444) >> 2) : writable;
  const permissions = exact ? wanted : (mode & 0o777) | wanted;
  return directory ? permissions | 0o2000 : permissions;
}
