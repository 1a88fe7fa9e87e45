import { randomBytes } from 'node:crypto';
import { excludeFromGit, openRepository, type Repository } from '@sage/git';
import { conflictChances, createScheduler, exponentialPause } from '@sage/scheduler';
import type { Ticket, TicketState } from '@sage/tickets';
import { openWorkers } from '@sage/workers';
import {
  type Backlog,
  componentLimits,
  INDEX_PATH,
  readBacklog,
  schedulerTickets,
  selectTickets,
} from './backlog.ts';
import { type Clock, systemClock } from './clock.ts';
import { gatherEvidence } from './evidence.ts';
import { knownBefore, modelOf, readHistory } from './history.ts';
import { Landing } from './landing.ts';
import { likelyFiles } from './likely-files.ts';
import { LiveForecast } from './live-forecast.ts';
import { chooseWorkforce } from './prerequisites.ts';
import { completedIds, reconcile, recoverWorkers, unsettledEntries } from './recovery.ts';
import { Run, type RunEnd } from './run.ts';
import { newRunId, RunLog, type UnfinishedRun, unfinishedRuns } from './run-log.ts';
import { VelocityLog } from './velocity-log.ts';
import type { StreamOptions } from './stream-options.ts';
import { queueVerification } from './verify.ts';
import { assertWorkflowMode } from './workflow-mode.ts';
import { onlyRun } from './only-run.ts';
import { assertGitVersion } from './git-version.ts';
import { assertWritable, chooseTarget, prepareTarget, type Target } from './target.ts';

/** What Sage writes beside the index; kept out of git by info/exclude, and out of agents' work. */
const OWN_PATHS = ['.sage/runs', '.sage/worktrees', '.sage/work.git', '.sage/commit-queue', '.sage/cache'];

/** Before an agent that hung is tried again, in milliseconds: the first time, and the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

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
  return await runOn(
    { ...options, clock },
    { repository, target, backlog, selection, unfinished, resumed, random },
  );
}

interface Beginning {
  readonly repository: Repository;
  readonly target: Target;
  readonly backlog: Backlog;
  readonly selection: Set<string>;
  readonly unfinished: readonly UnfinishedRun[];
  readonly resumed: UnfinishedRun | undefined;
  readonly random: string;
}

async function runOn(options: StreamOptions & { clock: Clock }, beginning: Beginning): Promise<RunEnd> {
  const { clock, onNotice, onEvent } = options;
  const { repository, target, backlog, selection, unfinished, resumed } = beginning;
  const { workers: workforce, notice } = await chooseWorkforce(repository, {
    requested: options.parallel,
    available: selection.size,
    tip: target.tip,
  });
  if (notice) onNotice(notice);
  await excludeFromGit(
    repository,
    OWN_PATHS.map((path) => `/${path}/`),
  );
  await prepareTarget(repository, target);
  const branch = target.ref.replace('refs/heads/', '');
  if (target.create) onNotice(`results land on the new branch ${branch}, which is checked out now`);
  for (const { run, state, damaged } of unfinished) {
    if (damaged.length > 0)
      onNotice(`.sage/runs/${run}/journal.jsonl:${damaged[0]}: ${damagedLines(damaged)}`);
    if (state.target === target.ref) onNotice(`resuming run ${run}, which did not come to its end`);
    else
      onNotice(
        `run ${run} on ${state.target.replace('refs/heads/', '')} is unfinished: run sage there to resume it`,
      );
  }

  const workers = await openWorkers({
    repository,
    agent: options.agent,
    protectedPaths: [INDEX_PATH, ...OWN_PATHS],
    timeout: options.timeout,
    idleTimeout: options.idleTimeout,
    worktrees: options.worktrees,
    environment: options.environment,
    sandbox: options.sandbox,
    secrets: options.secrets,
    template: options.template,
  });
  if (workers.workRepository === undefined) {
    onNotice('this is a partial clone: worktrees are made in it directly, so agents see its refs and hooks');
  }
  if (options.agent.metered && workforce > 1) {
    onNotice(
      `${workforce} workers use tokens at the same time, each for a ticket of its own: mind your limits`,
    );
  }
  for (const line of await recoverWorkers(unfinished, workers, backlog)) onNotice(line);

  const run = resumed?.run ?? newRunId(clock.now(), beginning.random);
  // The landing tells the run of every entry; it is asked for the first one only when the run is there.
  const holder: { run?: Run; forecast?: LiveForecast } = {};
  const log = await RunLog.open(repository.root, run, resumed?.events ?? [], {
    now: clock.now,
    onEvent(event) {
      onEvent(event);
      holder.forecast?.saw(event);
    },
  });
  const { verify } = options;
  const landing = await Landing.open({
    repository,
    target: target.ref,
    backlog,
    done: () => new Set([...completedIds(backlog), ...log.state.completed.keys()]),
    verification: verify && queueVerification(verify, { workers, run, stop: options.stopNow }),
    style: options.landing,
    now: clock.now,
    onEntry: async (entry, completed) => holder.run?.entrySettled(entry, completed),
  });

  try {
    await log.emit({
      event: 'run.started',
      target: target.ref,
      base: target.tip,
      workers: workforce,
      agent: options.agent.name,
      tickets: [...selection].filter((id) => options.only?.includes(id) || !log.state.deferred.has(id)),
      resumed: resumed !== undefined,
    });
    await landing.queue.recover();
    await reconcile(repository, log, landing, backlog);
    const left = unsettledEntries(await landing.queue.list(), log);
    const history = await readHistory(repository.root, backlog.tickets);
    const model = modelOf(history.samples, backlog.tickets);
    const evidence = await gatherEvidence(repository, target.tip, backlog.tickets);
    const ticketsNow = () =>
      schedulerTickets(
        backlog,
        (ticket) => stateInRun(ticket, log, selection),
        (ticket) => model.predict(knownBefore(ticket))?.minutes,
      );
    const rules = {
      only: new Set([...selection, ...left.map(({ ticket }) => ticket)]),
      limits: componentLimits(options.componentLimits),
      conflictChance: conflictChances(likelyFiles(evidence)),
    };
    const retry = {
      now: () => clock.now().getTime(),
      pause: exponentialPause(FIRST_PAUSE, LONGEST_PAUSE),
    };
    const scheduler = createScheduler(ticketsNow(), { ...rules, retry });
    holder.run = new Run({
      ...options,
      wait: options.wait ?? true,
      repository,
      target: target.ref,
      backlog,
      scheduler,
      workers,
      workforce,
      landing,
      log,
      velocity: await VelocityLog.open(repository),
      verifyCommand: verify?.command,
      onLimit: () => void holder.forecast?.tell(),
    });
    for (const entry of left) {
      scheduler.started(entry.ticket);
      if (entry.state !== 'queued') await holder.run.entrySettled(entry, []);
    }
    // A run that waits for a person takes as long as the person.
    if (!options.ask) {
      const { run } = holder;
      holder.forecast = new LiveForecast({
        backlog,
        tickets: ticketsNow,
        history,
        queued: left.filter(({ state }) => state === 'queued').map(({ ticket }) => ticket),
        state: () => log.state,
        maxAttempts: options.maxAttempts,
        workers: workforce,
        outlook: () => run.outlook(),
        rules,
        clock,
        emit: (fact) => log.emit(fact),
      });
      void holder.forecast.tell();
    }
    const end = await holder.run.toItsEnd();
    if (end.outcome === 'finished') await landing.queue.cleanup();
    return end;
  } finally {
    holder.forecast?.close();
    await workers.close();
    await log.close();
  }
}

/** The journal and git know more than an index that is written at landings only. */
function stateInRun(ticket: Ticket, log: RunLog, selection: ReadonlySet<string>): TicketState {
  if (log.state.completed.has(ticket.id)) return 'COMPLETED';
  if (log.state.deferred.has(ticket.id)) return 'DEFERRED';
  return selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state;
}

function damagedLines({ length }: readonly number[]): string {
  const lines = length === 1 ? 'this line is' : `this and ${length - 1} other lines are`;
  return `${lines} damaged and left out; the branch tells what has landed`;
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
