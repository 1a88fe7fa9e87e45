import { join } from 'node:path';
import { openCommitQueue, type QueueEntry } from '@sage/commit-queue';
import {
  excludeFromGit,
  makeTopFolder,
  PinnedSettings,
  type Repository,
  SAGE_PATHS,
  worktreeDirectory,
} from '@sage/git';
import { newRunId, type RecordedRun, RunLog, writeRunSettings } from '@sage/journal';
import { determineWorkerCount } from '@sage/scheduler';
import { isContainer } from '@sage/tickets';
import { type Backlog, heldBackIn, ticketOf } from '../backlog/backlog.ts';
import { LiveBacklog } from '../backlog/live-backlog.ts';
import { TicketStates } from '../backlog/ticket-states.ts';
import type { Clock } from '../context/clock.ts';
import type { RunContext } from '../context/run-context.ts';
import { LiveForecast } from '../forecast/live-forecast.ts';
import { VelocityLog } from '../history/velocity-log.ts';
import { queueVerification } from '../verification/verify.ts';
import { Admission } from '../limits/admission.ts';
import { BacklogEdits } from '../live/backlog-edits.ts';
import { ControlInput } from '../live/control-input.ts';
import { FleetInput } from '../live/fleet-input.ts';
import { LiveInputs } from '../live/live-inputs.ts';
import { TicketRequests } from '../live/ticket-requests.ts';
import type { TicketSource, WorkerPool } from '../ports.ts';
import { Scheduling } from '../scheduling/scheduling.ts';
import { assertBaseline } from '../verification/baseline.ts';
import { madeFrom } from '../start/made-from.ts';
import { openWorkerPool } from '../start/open-worker-pool.ts';
import { assertRoom, chooseWorkforce } from '../start/prerequisites.ts';
import {
  completedIds,
  reconcile,
  recoverWorkers,
  unsettledEntries,
  withdrawEdited,
} from '../start/recovery.ts';
import { setBackTickets } from '../start/set-back.ts';
import { prepareTarget, type Target } from '../start/target.ts';
import { targetBranch } from '../start/target-branch.ts';
import type { RunEnd } from './finish-run.ts';
import { Run } from './run.ts';
import { noticesAbout } from './unfinished-notices.ts';
import type { Elsewhere, RunPlace, StreamOptions } from './stream-options.ts';

/** The initial data of a run. */
export interface Beginning {
  readonly repository: Repository;
  readonly target: Target;
  readonly source: TicketSource;
  readonly backlog: Backlog;
  readonly selection: Set<string>;
  /** Tickets by component, if a person is asked about each component. */
  readonly components?: ReadonlyMap<string, readonly string[]> | undefined;
  readonly unfinished: readonly RecordedRun[];
  readonly resumed: RecordedRun | undefined;
  /** Entries of killed processes whose landing has just been completed. */
  readonly finished: readonly QueueEntry[];
  readonly random: string;
}

/** Composes the parts of a run, and runs it. */
export async function composeRun(
  beginning: Beginning,
  options: StreamOptions & { clock: Clock },
): Promise<RunEnd> {
  const { clock, onNotice: notice, verify, ask, stop, killSignal } = options;
  const { repository, source, unfinished, resumed, selection } = beginning;
  const backlog = new LiveBacklog(beginning.backlog, selection);
  const directory = worktreeDirectory(repository.root, options.worktrees?.directory);
  const elsewhere = options.elsewhere?.slots() ?? 0;
  if (resumed === undefined && elsewhere === 0) await assertRoom(repository, beginning.target.tip, directory);
  const workforce = await chooseWorkforce(repository, {
    requested: options.parallel,
    available: selection.size,
    tip: beginning.target.tip,
    directory,
    elsewhere,
  });
  if (workforce.notice) notice(workforce.notice);
  const { runs, queue: entries, cache } = SAGE_PATHS;
  const ownPaths = [runs, entries, cache];
  await excludeFromGit(
    repository,
    ownPaths.map((path) => `/${path}/`),
  );
  const pinnedSettings = await PinnedSettings.of(repository);
  for (const path of [runs, entries]) await makeTopFolder(join(repository.root, path), pinnedSettings.shared);
  const run = resumed?.run ?? newRunId(clock.now(), beginning.random);
  const protectedPaths = [...source.protectedPaths, ...ownPaths];
  const here = await openWorkerPool(
    { ...options, repository, pinnedSettings, protectedPaths },
    workforce.workers,
    notice,
  );
  const place = { repository, run, target: beginning.target.ref, protectedPaths };
  const workers = await extended(here, place, options.elsewhere);

  if (options.baseline !== false && resumed === undefined) {
    try {
      const commit = beginning.target.tip;
      const setup = options.worktrees?.setup;
      await assertBaseline({ repository, commit, verify, setup }, { workers, run, stop });
    } catch (error) {
      await workers.close();
      throw error;
    }
  }
  await prepareTarget(repository, beginning.target);
  const target = targetBranch(repository, beginning.target.ref);
  const branch = target.ref.replace('refs/heads/', '');
  if (beginning.target.create) notice(`results land on the new branch ${branch}, which is checked out now`);
  for (const line of await noticesAbout(unfinished, repository, target.ref)) notice(line);

  for (const line of await recoverWorkers(unfinished, workers, backlog)) notice(line);

  if (options.record !== undefined) await writeRunSettings(repository.root, run, options.record);
  const log = await RunLog.open(repository.root, run, resumed?.events ?? [], clock.now);
  if (resumed) options.onResumed?.(resumed.events);
  log.subscribe(options.onEvent);
  const done = () => new Set([...completedIds(backlog), ...log.state.completed.keys()]);
  const states = new TicketStates({ source, backlog, done, now: clock.now });
  let forecast: LiveForecast | undefined;
  let velocity: VelocityLog | undefined;
  try {
    const queue = await openCommitQueue({
      repository,
      pinnedSettings,
      now: clock.now,
      style: options.landing,
      managedFiles: (entry, _, below) => states.managedFiles(entry, below),
      ...(verify && queueVerification(verify, { workers, run, stop: killSignal })),
    });
    const heldBack = heldBackIn(beginning.backlog, options).map(([id]) => id);
    const setBack = setBackTickets(resumed?.events ?? [], beginning.backlog);
    const control = await ControlInput.open({ root: repository.root, log, notice });
    const requests = await TicketRequests.open(repository.root, log, notice);
    await log.emit({
      event: 'run.started',
      target: target.ref,
      base: beginning.target.tip,
      from: beginning.target.from ?? (await madeFrom(repository.root, target.ref)),
      workers: workforce.workers,
      agent: options.agent.name,
      tickets: [
        ...[...selection].filter(
          (id) =>
            options.retryDeferred ||
            options.only?.includes(id) ||
            setBack.has(id) ||
            !log.state.deferred.has(id),
        ),
        ...heldBack,
      ],
      containers: containersIn(beginning.backlog, selection),
      heldBack: heldBack.length > 0 ? heldBack : undefined,
      resumed: resumed !== undefined,
    });
    const landing = { target, queue, states, log, backlog };
    for (const entry of [...beginning.finished, ...(await queue.recover())]) {
      if (entry.state === 'landed') await states.landed({ ...entry, managedFiles: [] });
    }
    for (const line of await reconcile(repository, landing)) notice(line);
    const left = unsettledEntries(await queue.list(), log.state);
    const all = new Set([...selection, ...left.map(({ ticket }) => ticket)]);
    backlog.replace({ backlog: beginning.backlog, selection: all });
    await withdrawEdited(log, new Set([...all, ...heldBack]));
    const scheduling = await Scheduling.open({
      repository,
      tip: beginning.target.tip,
      backlog,
      componentLimits: options.componentLimits,
      log,
      clock,
    });
    const context: RunContext = {
      ...landing,
      source,
      scheduler: scheduling.scheduler,
      workers,
      clock,
      settings: {
        maxAttempts: options.maxAttempts,
        agents: options.agents,
        budget: options.budget ?? {},
        wait: options.wait ?? true,
        keepGoing: options.keepGoing,
        resumeLine: options.resumeLine,
        verifyCommand: verify?.command,
        signIn: options.agent.signIn?.fix,
        configuration: options.configuration,
        ask,
        approve: options.approve,
        comment: options.comment,
        startApproval: options.askStart && {
          ask: options.askStart.ask,
          components: beginning.components,
        },
      },
      notice,
      stop,
      killSignal,
    };
    const admission = new Admission(context);
    velocity = await VelocityLog.open(repository, clock);
    log.subscribe(velocity.observe);
    if (!ask && !options.askStart && options.approve?.which !== 'all') {
      // A run that asks a person takes as long as the person, which cannot be forecast.
      forecast = new LiveForecast(context, {
        scheduling,
        admission,
        queued: left.filter(({ state }) => state === 'queued').map(({ ticket }) => ticket),
      });
      log.subscribe(forecast.observe);
      void forecast.publish();
    }
    // A person who is asked before each step needs no other way to control the run.
    const fleet = options.elsewhere?.follow
      ? [new FleetInput({ workers, log, alone: determineWorkerCount('auto', Math.max(1, selection.size)) })]
      : [];
    const inputs = new LiveInputs(
      ask ? [] : [control, requests, new BacklogEdits(context, scheduling, options), ...fleet],
      clock,
    );
    const end = await new Run(context, { admission, inputs, forecast }).run();
    if (end.outcome === 'finished') await queue.cleanup();
    return end;
  } finally {
    forecast?.close();
    await workers.close();
    await velocity?.close();
    await log.close();
  }
}

async function extended(
  here: WorkerPool,
  place: RunPlace,
  elsewhere: Elsewhere | undefined,
): Promise<WorkerPool> {
  try {
    return (await elsewhere?.extend(here, place)) ?? here;
  } catch (error) {
    await here.close();
    throw error;
  }
}

function containersIn({ tickets }: Backlog, selection: ReadonlySet<string>): string[] | undefined {
  const found = [...selection].filter((id) => isContainer(ticketOf({ tickets }, id)));
  return found.length > 0 ? found : undefined;
}
