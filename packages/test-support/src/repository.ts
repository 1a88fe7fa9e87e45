import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** Content by path; null removes the file. */
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

/** Runs plain git as a user would. Returns its output without trailing white space. */
export function userGit(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

/** A single process instead of three git commands, and without checks for automatic cleanup. */
const COMMIT_ALL =
  'git add --all && git -c maintenance.auto=false commit --quiet --allow-empty --message "$1" && git rev-parse HEAD';

/** Writes files and commits everything that has changed. Returns the commit. */
export function commitAll(root: string, files: Files, message = 'change'): string {
  put(root, files);
  return execFileSync('sh', ['-c', COMMIT_ALL, 'sh', message], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trimEnd();
}

/** A real repository in a temporary folder. */
export interface TestRepository {
  readonly root: string;
  git(...args: string[]): string;
  commit(files: Files, message?: string): string;
}

/** Empty repositories, by arguments of `git init`. Copying one takes a third of the time of creating one. */
const empty = new Map<string, string>();

function emptyRepository(init: readonly string[]): string {
  const key = JSON.stringify(init);
  const known = empty.get(key);
  if (known !== undefined && existsSync(known)) return known;
  const root = temporaryFolder();
  userGit(root, 'init', '--quiet', '--initial-branch=main', ...init);
  userGit(root, 'config', 'user.name', 'Una User');
  userGit(root, 'config', 'user.email', 'una@example.org');
  empty.set(key, root);
  return root;
}

/** On branch `main` with one commit. `init` has additional arguments of `git init`. */
export function repository(files: Files = { 'README.md': 'hello\n' }, ...init: string[]): TestRepository {
  const root = temporaryFolder();
  const git = (...args: string[]) => userGit(root, ...args);
  cpSync(emptyRepository(init), root, { recursive: true });
  commitAll(root, files, 'first');
  return { root, git, commit: (changes, message) => commitAll(root, changes, message) };
}
