import { join } from 'node:path';

export interface Repository {
  /** Top of the work tree, without symbolic links. */
  readonly root: string;
  /** Absolute; of a linked worktree its own directory below `commonDir`. */
  readonly gitDir: string;
  /** Absolute; where objects, refs and the configuration are. */
  readonly commonDir: string;
  /** Where git reads configuration and attributes instead; see `PinnedCheckouts`. */
  readonly settings?: string;
}

/** Explicit paths: nothing that is written into the work tree later can redirect a command. */
export function repositoryEnvironment({ gitDir, commonDir, settings }: Repository): Record<string, string> {
  if (settings === undefined) return { GIT_DIR: gitDir };
  return { GIT_DIR: gitDir, GIT_COMMON_DIR: settings, GIT_OBJECT_DIRECTORY: join(commonDir, 'objects') };
}
