import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Content by path; null removes. */
export type Files = Readonly<Record<string, string | null>>;

/** A folder of the test's own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sage-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    rmSync(file, { recursive: true, force: true });
    if (content === null) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

/** A real repository in a temporary folder. */
export interface TestRepository {
  readonly root: string;
  /** Plain git, as a user types it. */
  git(...args: string[]): string;
  /** Writes files and commits everything; returns the commit. */
  commit(files: Files, message?: string): string;
}

/** On branch `main` with one commit. `init`: more arguments of `git init`. */
export function repository(files: Files = { 'README.md': 'hello\n' }, ...init: string[]): TestRepository {
  const root = temporaryFolder();
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
  const commit = (changes: Files, message = 'change') => {
    put(root, changes);
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '--quiet', '--initial-branch=main', ...init);
  git('config', 'user.name', 'Una User');
  git('config', 'user.email', 'una@example.org');
  commit(files, 'first');
  return { root, git, commit };
}
