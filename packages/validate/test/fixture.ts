import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Check, ValidationReport } from '../src/report.ts';
import { validate } from '../src/validate.ts';
import type { ValidateOptions } from '../src/validate.ts';

export type RawTicket = Record<string, unknown>;

/** A ticket that no section has anything to say about. */
export function sound(id: string, more: RawTicket = {}): RawTicket {
  return {
    id,
    title: id,
    state: 'UNPROCESSED',
    type: 'task',
    priority: 'P2',
    validation_type: 'generic',
    ...more,
  };
}

/** A folder of the test's own, removed when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sage-validate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function git(root: string, ...args: string[]): string {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.org',
    '-c',
    'init.defaultBranch=main',
  ];
  return execFileSync('git', [...identity, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: root, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' },
  }).trim();
}

/** A repository with one commit. */
export function temporaryRepository(): string {
  const root = temporaryFolder();
  git(root, 'init', '-q');
  writeFileSync(join(root, 'README.md'), 'hello\n');
  git(root, 'add', 'README.md');
  git(root, 'commit', '-q', '-m', 'first');
  return root;
}

export function writeIndex(root: string, content: string | RawTicket[] | Record<string, unknown>): string {
  const folder = join(root, '.sage/tickets');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'index.json');
  writeFileSync(
    file,
    typeof content === 'string'
      ? content
      : JSON.stringify(Array.isArray(content) ? { tickets: content } : content),
  );
  return file;
}

/** The report on an index by itself, outside a repository. */
export async function reportOn(
  content: Parameters<typeof writeIndex>[1],
  options: Partial<ValidateOptions> = {},
): Promise<ValidationReport> {
  const root = options.root ?? temporaryFolder();
  return validate({ root, index: writeIndex(root, content), ...options });
}

/** What one section finds in these tickets: `status id: message`. */
export async function found(section: string, tickets: RawTicket[], root?: string): Promise<Check[]> {
  return (await reportOn(tickets, { checks: [section], ...(root !== undefined && { root }) })).checks;
}

export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}
