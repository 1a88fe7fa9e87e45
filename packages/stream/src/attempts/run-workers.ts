import type { Repository } from '@sage/git';
import { openWorkers, type Workers } from '@sage/workers';
import { INDEX_PATH } from '../backlog.ts';
import type { StreamOptions } from '../stream-options.ts';

/** What Sage writes beside the index; kept out of git by info/exclude, and out of agents' work. */
export const OWN_PATHS = [
  '.sage/runs',
  '.sage/worktrees',
  '.sage/work.git',
  '.sage/commit-queue',
  '.sage/cache',
];

/** The workers of a run, with what the person should know about them. */
export async function openRunWorkers(
  options: StreamOptions,
  { repository, workforce }: { repository: Repository; workforce: number },
): Promise<Workers> {
  const { agent, timeout, idleTimeout, worktrees, environment, sandbox, secrets, template } = options;
  const workers = await openWorkers({
    repository,
    agent,
    protectedPaths: [INDEX_PATH, ...OWN_PATHS],
    timeout,
    idleTimeout,
    worktrees,
    environment,
    sandbox,
    secrets,
    template,
  });
  if (workers.workRepository === undefined) {
    options.onNotice(
      'this is a partial clone: worktrees are made in it directly, so agents see its refs and hooks',
    );
  }
  if (agent.metered && workforce > 1) {
    options.onNotice(
      `${workforce} workers use tokens at the same time, each for a ticket of its own: mind your limits`,
    );
  }
  return workers;
}
