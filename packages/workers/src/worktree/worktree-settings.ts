import { existsSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import { SettingError } from '../errors.ts';

/** How worktrees are made ready for the ticket or the check that comes next. */
export interface WorktreeSettings {
  /** Whether files that git ignores (installed dependencies, build caches) stay for the next use; false by default. */
  readonly keepIgnored?: boolean;
  /** Where they are made, in a folder of the checkout's name; the user's cache folder by default. */
  readonly directory?: string;
  /** Files and folders of the checkout that git does not carry, such as `.env`. Never part of the work. */
  readonly copy?: readonly string[];
  /** A shell line that runs before each agent and each check. */
  readonly setup?: string;
  /** A shell line that runs after each agent and each check, whatever came of it. */
  readonly teardown?: string;
  /**
   * The same, in the user's checkout and outside of any sandbox: for what has to talk to a service of the machine. The
   * variable SAGE_WORKTREE_PATH names the worktree.
   */
  readonly outsideSandbox?: { readonly setup?: string; readonly teardown?: string };
}

/** @throws {SettingError} where something that is to be copied is not in the checkout. */
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
