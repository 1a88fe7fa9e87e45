import { openRepository, type Repository } from '@sage/git';
import { repository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
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

/** A repository with one commit. */
export async function repositoryFixture(
  files: Record<string, string> = { 'README.md': 'hello\n' },
): Promise<Fixture> {
  const { root, git } = repository(files);
  const opened = await openRepository(root);
  const cache = temporaryFolder();
  const base = git('rev-parse', 'HEAD');
  return {
    repository: opened,
    cache,
    base,
    git,
    workers: (command, timeout = 60_000, more = {}) =>
      openWorkers({
        repository: opened,
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
