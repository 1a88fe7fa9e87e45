import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** Content by path; null removes. */
export type Files = Readonly<Record<string, string | null>>;

export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    rmSync(file, { recursive: true, force: true });
    if (content === null) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** Plain git, as a user types it. Returns what it prints, without the white space at the end. */
export function userGit(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

/** Writes files and commits everything that has changed; returns the commit. */
export function commitAll(root: string, files: Files, message = 'change'): string {
  put(root, files);
  userGit(root, 'add', '--all');
  userGit(root, 'commit', '--quiet', '--allow-empty', '--message', message);
  return userGit(root, 'rev-parse', 'HEAD');
}

/** A real repository in a temporary folder. */
export interface TestRepository {
  readonly root: string;
  git(...args: string[]): string;
  commit(files: Files, message?: string): string;
}

/** On branch `main` with one commit. `init`: more arguments of `git init`. */
export function repository(files: Files = { 'README.md': 'hello\n' }, ...init: string[]): TestRepository {
  const root = temporaryFolder();
  const git = (...args: string[]) => userGit(root, ...args);
  git('init', '--quiet', '--initial-branch=main', ...init);
  git('config', 'user.name', 'Una User');
  git('config', 'user.email', 'una@example.org');
  commitAll(root, files, 'first');
  return { root, git, commit: (changes, message) => commitAll(root, changes, message) };
}
