import { randomBytes } from 'node:crypto';
import { openRepository } from '@sage/git';
import { readBacklog, selectTickets } from './backlog.ts';
import { type Clock, systemClock } from './clock.ts';
import { assertGitVersion } from './start/git-version.ts';
import { onlyRun } from './start/only-run.ts';
import type { RunEnd } from './run.ts';
import { runFrom } from './run-from.ts';
import { newRunId, unfinishedRuns } from './journal/run-log.ts';
import type { StreamOptions } from './stream-options.ts';
import { assertWritable, chooseTarget, type Target } from './start/target.ts';
import { assertWorkflowMode } from './start/workflow-mode.ts';

/**
 * Runs the backlog of a repository to its end, resuming an interrupted run of the same target.
 * @throws CannotStartError, BacklogError, TicketIndexError, RepositoryError, WorkerCountError: nothing was changed.
 */
export async function runStream(options: StreamOptions): Promise<RunEnd> {
  const { clock = systemClock } = options;
  const random = randomBytes(3).toString('hex');
  const repository = await openRepository(options.directory);
  await assertGitVersion(repository);
  const target = await chooseTarget(repository, {
    branch: options.target,
    newBranch: `sage/${clock.now().toISOString().slice(0, 10)}-${random}`,
  });
  await assertWorkflowMode(repository);
  await readBacklog(repository, otherBranch(target));
  await assertWritable(repository);
  await using _lock = await onlyRun(repository);
  // Read again: what ran until now may have landed tickets.
  const backlog = await readBacklog(repository, otherBranch(target));
  const selection = selectTickets(backlog, options);
  const unfinished = await unfinishedRuns(repository.root);
  const resumed = unfinished.find(({ state }) => state.target === target.ref);
  for (const warning of backlog.warnings) options.onNotice(warning);
  if (selection.size === 0 && resumed === undefined)
    return nothingToDo(options, clock, newRunId(clock.now(), random));
  // Awaited here: the lock is let go when this function is left.
  return await runFrom(
    { repository, target, backlog, selection, unfinished, resumed, random },
    { ...options, clock },
  );
}

function otherBranch(target: Target): string | undefined {
  return target.elsewhere ? target.ref : undefined;
}

function nothingToDo(options: StreamOptions, clock: Clock, run: string): RunEnd {
  const summary = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  options.onEvent({
    v: 1,
    run,
    time: clock.now().toISOString(),
    event: 'run.finished',
    outcome: 'finished',
    summary,
  });
  return { outcome: 'finished', summary };
}
