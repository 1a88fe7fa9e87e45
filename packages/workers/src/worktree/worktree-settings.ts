import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { SettingError } from '../errors.ts';

/** How worktrees are prepared for the next ticket or check. */
export interface WorktreeSettings {
  /** Whether ignored files (installed dependencies, build caches) are kept for the next use; false by default. */
  readonly keepIgnored?: boolean;
  /** The parent of the folder for this checkout's worktrees; the user's cache folder by default. */
  readonly directory?: string;
  /** Files and folders of the checkout that are not in git, such as `.env`. They are never part of the work. */
  readonly copy?: readonly string[];
  /** A shell line that runs before each agent and each check. */
  readonly setup?: string;
  /** A shell line that runs after each agent and each check, however they ended. */
  readonly teardown?: string;
  /**
   * The same, but run in the user's checkout and outside any sandbox, for commands that talk to a service of the
   * machine. The variable SAGE_WORKTREE_PATH contains the worktree's path.
   */
  readonly outsideSandbox?: { readonly setup?: string; readonly teardown?: string };
}

/** @throws {SettingError} if something to be copied is not in the checkout. */
export function assertWorktreeSettings(root: string, { copy = [] }: WorktreeSettings): void {
  for (const path of copy) {
    const clean = normalize(path);
    const fault =
      isAbsolute(path) ||
      clean.split('/').includes('..') ||
      clean.split('/').includes('.git') ||
      clean === '.'
        ? 'is not a path below the top of the repository'
        : existsSync(join(root, path))
          ? undefined
          : `is not there: make it in ${root}, or remove it from the setting`;
    if (fault !== undefined)
      throw new SettingError('worktrees.copy', `worktrees.copy: ${JSON.stringify(path)} ${fault}`);
  }
}
