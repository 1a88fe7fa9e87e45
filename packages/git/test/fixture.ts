import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { openRepository, type Repository } from '../src/index.ts';

const made = realpathSync(mkdtempSync(join(tmpdir(), 'sage-git-test-')));
process.env['HOME'] = made;
delete process.env['XDG_CONFIG_HOME'];
afterAll(() => {
  execFileSync('chmod', ['-R', 'u+rwx', made]);
  rmSync(made, { recursive: true, force: true });
});

export function temporaryDirectory(): string {
  return mkdtempSync(join(made, 'd-'));
}

/** Plain git, as a user types it. */
export function sh(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trimEnd();
}

export type Files = Record<string, string | null>;

export function put(root: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    rmSync(file, { recursive: true, force: true });
    if (content === null) continue;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
}

export function commitAll(root: string, files: Files, message = 'change'): string {
  put(root, files);
  sh(root, 'add', '--all');
  sh(root, 'commit', '--quiet', '--allow-empty', '--message', message);
  return sh(root, 'rev-parse', 'HEAD');
}

export async function repositoryWith(files: Files, ...init: string[]): Promise<Repository> {
  const root = temporaryDirectory();
  sh(root, 'init', '--quiet', '--initial-branch=main', ...init);
  sh(root, 'config', 'user.name', 'Una User');
  sh(root, 'config', 'user.email', 'una@example.org');
  commitAll(root, files, 'first');
  return openRepository(root);
}

export function head(repository: Repository): string {
  return sh(repository.root, 'rev-parse', 'HEAD');
}

export const SAGE = { name: 'Sage', email: 'sage@localhost' };
export const NOON = new Date('2026-01-02T12:00:00Z');
