import { git } from './run.ts';

/** The first version that merges without a checkout (`merge-tree --write-tree`). */
export const OLDEST_GIT = '2.38';

/** The git on PATH: its version, and whether it is new enough. */
export interface GitVersion {
  /** Such as `2.39.5`. */
  readonly version: string;
  readonly isSupported: boolean;
}

/** @throws {RepositoryError} `GIT_NOT_FOUND` */
export async function gitVersion(directory: string): Promise<GitVersion> {
  const text = await git(directory, ['version']);
  const [version = text, major, minor] = /(\d+)\.(\d+)\S*/.exec(text) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GIT.split('.').map(Number) as [number, number];
  const isSupported =
    Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return { version, isSupported };
}
