import { randomBytes } from 'node:crypto';
import { gitVersion, OLDEST_GIT, openRepository } from '@sage/git';
import { newRunId, unfinishedRuns } from '@sage/journal';
import { assertSelection, heldBackWarnings, readBacklog, selectTickets } from '../backlog/backlog.ts';
import { nothingToDo } from '../backlog/nothing-to-do.ts';
import { readComponentBatches } from '../backlog/component-batches.ts';
import { openSource } from '../backlog/open-source.ts';
import { type Clock, systemClock } from '../context/clock.ts';
import { CannotStartError } from '../errors.ts';
import { assertAgents } from '../start/assert-agents.ts';
import { assertOwnFiles } from '../start/own-files.ts';
import { finishLandings } from '../start/finish-landings.ts';
import { onlyRun } from '../start/only-run.ts';
import { assertOpenFiles } from '../start/prerequisites.ts';
import { assertWritable, chooseTarget } from '../start/target.ts';
import { ticketCommands } from '../start/ticket-commands.ts';
import { assertWorkflowMode } from '../start/workflow-mode.ts';
import { composeRun } from './compose-run.ts';
import type { RunEnd } from './finish-run.ts';
import type { StreamOptions } from './stream-options.ts';

/**
 * Runs the backlog of a repository, and resumes an interrupted run on the same target.
 * @throws {CannotStartError}, {BacklogError}, {TicketIndexError}, {RepositoryError}, {WorkerCountError}: nothing was
 * changed.
 */
export async function runStream(options: StreamOptions): Promise<RunEnd> {
  const { clock = systemClock } = options;
  const random = randomBytes(3).toString('hex');
  const repository = options.repository ?? (await openRepository(options.directory));
  assertOpenFiles();
  await assertGitVersion(repository.root);
  await assertOwnFiles(repository);
  const target = await chooseTarget(repository, {
    branch: options.target,
    newBranch: `sage/${clock.now().toISOString().slice(0, 10)}-${random}`,
  });
  await assertWorkflowMode(repository);
  const source = await openSource(repository, target.ref, options.choice);
  await assertWritable(repository);
  await using _lock = await onlyRun(repository);
  const finished = await finishLandings(repository);
  const backlog = await readBacklog(source);
  assertSelection(backlog, options);
  const selection = selectTickets(backlog, options);
  const byComponent = options.askStart?.by === 'component';
  const components = byComponent ? await readComponentBatches(repository.root, backlog) : undefined;
  if (options.agentFor) {
    const chosen = [...selection].flatMap((id) => backlog.tickets.get(id) ?? []);
    await assertAgents(chosen, options.maxAttempts, options.agents ?? {}, options.agentFor);
  }
  await options.confirmChecks?.(
    [...selection].flatMap((id) => backlog.tickets.get(id) ?? []).flatMap(ticketCommands),
  );
  const unfinished = await unfinishedRuns(repository.root);
  const resumed = unfinished.find(({ state }) => state.target === target.ref);
  for (const warning of [...backlog.warnings, ...heldBackWarnings(backlog, options)])
    options.onNotice(warning);
  if (selection.size === 0 && resumed === undefined) {
    options.onNotice(nothingToDo(backlog, options));
    return emptyRun(options, clock, newRunId(clock.now(), random));
  }
  // Awaited here, because the lock is released when this function returns.
  return await composeRun(
    { repository, target, source, backlog, selection, components, unfinished, resumed, finished, random },
    { ...options, clock },
  );
}

function emptyRun(options: StreamOptions, clock: Clock, run: string): RunEnd {
  const summary = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  options.onEvent({
    v: 2,
    run,
    time: clock.now().toISOString(),
    event: 'run.finished',
    outcome: 'finished',
    summary,
  });
  return { outcome: 'finished', summary };
}

/** @throws {CannotStartError} `GIT_TOO_OLD` */
async function assertGitVersion(directory: string): Promise<void> {
  const { version, isSupported } = await gitVersion(directory);
  if (isSupported) return;
  throw new CannotStartError('GIT_TOO_OLD', `git ${version} is too old: install git ${OLDEST_GIT} or newer`);
}
