import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRepository, type Repository } from '@sage/git';
import { onTestFinished } from 'vitest';
import { openWorkers, type Workers, type WorkersOptions, type WorkRequest } from '../src/index.ts';

export interface Fixture {
  /** The cache folder of its workers. */
  readonly cache: string;
  readonly repository: Repository;
  readonly base: string;
  git(...args: string[]): string;
  workers(command: string, timeout?: number, more?: Partial<WorkersOptions>): Promise<Workers>;
  request(id: string, more?: Partial<WorkRequest>): WorkRequest;
}

/** A repository with one commit, removed after the test. */
export async function repositoryFixture(
  files: Record<string, string> = { 'README.md': 'hello\n' },
): Promise<Fixture> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'sage-workers-')));
  // A worktree may still be being cleaned.
  const cache = `${root}-cache`;
  onTestFinished(async () => {
    for (const folder of [root, cache]) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], {
      encoding: 'utf8',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  git('add', '--all');
  git('commit', '--quiet', '--message=first');
  const repository = await openRepository(root);
  const base = git('rev-parse', 'HEAD');
  return {
    repository,
    cache,
    base,
    git,
    workers: (command, timeout = 60_000, more = {}) =>
      openWorkers({
        repository,
        agent: { name: 'test', command, metered: false },
        protectedPaths: ['.sage/tickets/index.json', '.sage/runs'],
        timeout,
        ...more,
        variables: { ...process.env, XDG_CACHE_HOME: cache, ...more.variables },
      }),
    request: (id, more = {}) => ({
      run: `run-${id.length}-${process.pid}-${Math.floor(performance.now() * 1000)}`,
      worker: 1,
      attempt: 1,
      ticket: { id, title: `Title of ${id}`, type: 'task', component: 'api' },
      base,
      message: `feat(api): ${id}`,
      ...more,
    }),
  };
}
