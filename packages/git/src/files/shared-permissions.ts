import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

/** The mode bits that `core.sharedRepository` adds to a file or sets. */
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

/** Undefined if the repository is not shared. Cached for an open repository, because a run keeps its settings. */
export function sharedPermissions(repository: Repository): Promise<SharedPermissions | undefined> {
  let permissions = known.get(repository);
  if (permissions === undefined) {
    permissions = readPermissions(repository);
    known.set(repository, permissions);
  }
  return permissions;
}

/** Caches permissions that were read with the rest of the settings. */
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

/** The permissions for a value of `core.sharedRepository`; the value is empty if unset. */
export function permissionsOf(value: string): SharedPermissions | undefined {
  const bits = NAMES[value.toLowerCase()];
  if (bits !== undefined) return { bits, exact: false };
  const mode = /^0?[0-7]{3}$/.test(value) ? Number.parseInt(value, 8) & 0o666 : 0;
  return mode === 0 ? undefined : { bits: mode, exact: true };
}

/** The mode that git gives a file or folder, where `mode` is the one according to the umask. */
export function sharedMode(mode: number, { bits, exact }: SharedPermissions, directory: boolean): number {
  const writable = (mode & 0o200) === 0 ? bits & ~0o222 : bits;
  const wanted = directory ? writable | ((writable & 0o444) >> 2) : writable;
  const permissions = exact ? wanted : (mode & 0o777) | wanted;
  return directory ? permissions | 0o2000 : permissions;
}
