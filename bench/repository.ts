import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

const SAGE = join(import.meta.dirname, '../apps/cli/bin/sage.js');

/** A repository with a backlog of independent tickets, on a branch of its own. */
export function backlogRepository(tickets: number): {
  root: string;
  git: (...args: string[]) => string;
  remove: () => void;
} {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sage-bench-')));
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', root, '-c', 'user.name=Bench', '-c', 'user.email=bench@example.org', ...args],
      { encoding: 'utf8' },
    ).trim();
  git('init', '--quiet', '--initial-branch=work');
  mkdirSync(join(root, '.sage/tickets'), { recursive: true });
  const list = Array.from({ length: tickets }, (_, index) => ({
    id: `B-${index + 1}`,
    state: 'UNPROCESSED',
    title: `Ticket ${index + 1}`,
    type: 'task',
  }));
  writeFileSync(
    join(root, '.sage/tickets/index.json'),
    JSON.stringify({ version: '1.0', tickets: list }, undefined, 2),
  );
  git('add', '--all');
  git('commit', '--quiet', '--message=first');
  return { root, git, remove: () => rmSync(root, { recursive: true, force: true }) };
}

/** Runs `sage stream --auto` in a repository; returns seconds and the events. */
export async function stream(
  root: string,
  agent: string,
  ...args: string[]
): Promise<{ seconds: number; exitCode: number; events: Record<string, unknown>[] }> {
  const started = performance.now();
  const { exitCode, stdout } = await execa(
    process.execPath,
    [SAGE, 'stream', '-C', root, '--auto', '--json', '--agent-command', agent, ...args],
    { reject: false },
  );
  const seconds = (performance.now() - started) / 1000;
  const events = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { seconds, exitCode: exitCode ?? -1, events };
}

export function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, ${execFileSync('git', ['--version'], { encoding: 'utf8' }).trim()}`;
}
