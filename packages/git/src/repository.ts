import { join } from 'node:path';

export interface Repository {
  /** Top of the work tree, without symbolic links. */
  readonly root: string;
  /** Absolute. A linked worktree has its own directory below `commonDir`. */
  readonly gitDir: string;
  /** Absolute; holds objects, refs and the configuration. */
  readonly commonDir: string;
  /** If set, git reads configuration and attributes from here; see `PinnedCheckouts`. */
  readonly settings?: string;
}

/** Explicit paths, so that nothing written into the work tree later can redirect a command. */
export function repositoryEnvironment({ gitDir, commonDir, settings }: Repository): Record<string, string> {
  if (settings === undefined) return { GIT_DIR: gitDir };
  return { GIT_DIR: gitDir, GIT_COMMON_DIR: settings, GIT_OBJECT_DIRECTORY: join(commonDir, 'objects') };
}
