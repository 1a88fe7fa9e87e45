import { excludeFromGit, type Repository } from '@sage/git';
import type { Backlog } from './backlog.ts';
import type { Clock } from './clock.ts';
import { ControlDoor } from './doors/control-door.ts';
import { Doors } from './doors/doors.ts';
import { IndexEdits } from './doors/index-edits.ts';
import { IndexSource } from './doors/index-source.ts';
import { Landing } from './landing/landing.ts';
import { LiveBacklog } from './doors/live-backlog.ts';
import { LiveForecast } from './forecast/live-forecast.ts';
import { chooseWorkforce } from './start/prerequisites.ts';
import { completedIds, reconcile, recoverWorkers, unsettledEntries } from './start/recovery.ts';
import { Run, type RunEnd } from './run.ts';
import { newRunId, RunLog, type UnfinishedRun } from './journal/run-log.ts';
import { openRunWorkers, OWN_PATHS } from './attempts/run-workers.ts';
import { Scheduling } from './scheduling.ts';
import type { StreamOptions } from './stream-options.ts';
import { prepareTarget, type Target } from './start/target.ts';
import { VelocityLog } from './forecast/velocity-log.ts';
import { queueVerification } from './landing/verify.ts';

/** What a run begins with. */
export interface Beginning {
  readonly repository: Repository;
  readonly target: Target;
  readonly backlog: Backlog;
  readonly selection: Set<string>;
  readonly unfinished: readonly UnfinishedRun[];
  readonly resumed: UnfinishedRun | undefined;
  readonly random: string;
}

/** Composes the rooms of a run, and runs it to its end. */
export async function runFrom(
  beginning: Beginning,
  options: StreamOptions & { clock: Clock },
): Promise<RunEnd> {
  const { clock, onNotice, onEvent } = options;
  const { repository, target, unfinished, resumed, selection } = beginning;
  const backlog = new LiveBacklog(beginning.backlog, selection);
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
  for (const line of unfinished.flatMap((one) => linesAbout(one, target))) onNotice(line);

  const workers = await openRunWorkers(options, { repository, workforce });
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
    const control = await ControlDoor.open({ root: repository.root, log, onNotice });
    await log.emit({
      event: 'run.started',
      target: target.ref,
      base: target.tip,
      workers: workforce,
      agent: options.agent.name,
      tickets: [...selection].filter((id) => options.only?.includes(id) || !log.state.deferred.has(id)),
      resumed: resumed !== undefined,
    });
    await landing.recover();
    await reconcile(repository, log, landing, backlog);
    const left = unsettledEntries(await landing.queue.list(), log);
    const all = new Set([...selection, ...left.map(({ ticket }) => ticket)]);
    backlog.become({ backlog: beginning.backlog, selection: all });
    const scheduling = await Scheduling.open({
      repository,
      tip: target.tip,
      backlog,
      componentLimits: options.componentLimits,
      log,
      clock,
    });
    const { scheduler, history, rules } = scheduling;
    const edits = new IndexEdits({
      source: new IndexSource(repository, target.ref),
      backlog,
      scheduling,
      landing,
      log,
      selection: options,
      onNotice,
    });
    holder.run = new Run({
      ...options,
      wait: options.wait ?? true,
      repository,
      target: target.ref,
      backlog,
      scheduler,
      workers,
      landing,
      log,
      // A person who is asked before each step needs no door.
      doors: new Doors(options.ask ? [] : [control, edits], clock),
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
      const loop = holder.run;
      holder.forecast = new LiveForecast({
        backlog,
        tickets: () => scheduling.tickets(),
        history,
        queued: left.filter(({ state }) => state === 'queued').map(({ ticket }) => ticket),
        state: () => log.state,
        maxAttempts: options.maxAttempts,
        get workers() {
          return log.state.workers;
        },
        outlook: () => loop.outlook(),
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

function linesAbout({ run, state, damaged }: UnfinishedRun, target: Target): string[] {
  const others = damaged.length === 1 ? 'this line is' : `this and ${damaged.length - 1} other lines are`;
  const journal = `.sage/runs/${run}/journal.jsonl:${damaged[0]}`;
  return [
    ...(damaged.length === 0
      ? []
      : [`${journal}: ${others} damaged and left out; the branch tells what has landed`]),
    state.target === target.ref
      ? `resuming run ${run}, which did not come to its end`
      : `run ${run} on ${state.target.replace('refs/heads/', '')} is unfinished: run sage there to resume it`,
  ];
}
