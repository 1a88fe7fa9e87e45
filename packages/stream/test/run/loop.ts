import { createScheduler, exponentialPause } from '@sage/scheduler';
import {
  type AttemptScript,
  fakeQueue,
  type FakeQueue,
  fakeWorkers,
  type FakeWorkers,
  memoryLog,
  type MemoryLog,
  memorySource,
  type MemorySource,
  type ScriptedLanding,
  type TicketInput,
  virtualClock,
  type VirtualClock,
} from '@sage/test-support';
import { isContainer } from '@sage/tickets';
import { readBacklog, schedulerTickets, type Selection, selectTickets } from '../../src/backlog/backlog.ts';
import { LiveBacklog } from '../../src/backlog/live-backlog.ts';
import { TicketStates } from '../../src/backlog/ticket-states.ts';
import type { BudgetLimits, RunContext, RunSettings } from '../../src/context/run-context.ts';
import { Admission } from '../../src/limits/admission.ts';
import { unsettledEntries, withdrawEdited } from '../../src/start/recovery.ts';
import { type LiveInput, LiveInputs } from '../../src/live/live-inputs.ts';
import type { RunEnd } from '../../src/run/finish-run.ts';
import { Run, type RunParts } from '../../src/run/run.ts';

export interface LoopOptions extends Selection {
  readonly tickets: readonly TicketInput[];
  readonly workers?: number;
  readonly script?: AttemptScript;
  verdict?: (entry: { ticket: string }, nth: number) => ScriptedLanding;
  readonly maxAttempts?: number;
  readonly agents?: RunSettings['agents'];
  readonly budget?: BudgetLimits;
  readonly wait?: boolean;
  readonly ask?: RunSettings['ask'];
  readonly approve?: RunSettings['approve'];
  readonly startApproval?: RunSettings['startApproval'];
  readonly comment?: string;
  readonly configuration?: RunSettings['configuration'];
  readonly tracked?: boolean;
  readonly forecast?: RunParts['forecast'];
  readonly inputs?: (loop: Omit<Loop, 'end' | 'finish'>) => readonly LiveInput[];
  /** Attempts that an earlier process has sent to other machines, by ticket. */
  readonly early?: Readonly<Record<string, { readonly attempt: number; readonly base: string }>>;
  /** Resumes the run of an earlier loop: its time, source, queue and journal. */
  readonly resumes?: Loop;
}

/** A run on fakes: real loop, scheduler, admission and states; no git, no processes, no real time. */
export interface Loop {
  readonly clock: VirtualClock;
  readonly source: MemorySource;
  readonly workers: FakeWorkers;
  readonly queue: FakeQueue;
  readonly log: MemoryLog;
  readonly context: RunContext;
  readonly notices: string[];
  stop(): void;
  kill(): void;
  /** Resolves when the run is over. */
  readonly end: Promise<RunEnd>;
  /** Lets time pass until the run is over. Rejects when nothing is left that could end it. */
  finish(): Promise<RunEnd>;
}

/** Starts a run of these tickets. */
export async function startLoop(options: LoopOptions): Promise<Loop> {
  const { resumes } = options;
  const clock = resumes?.clock ?? virtualClock();
  const source = resumes?.source ?? memorySource(options.tickets, { tracked: options.tracked ?? true });
  const workers = fakeWorkers(clock, options.script);
  for (const [id, attempt] of Object.entries(options.early ?? {})) workers.earlier.set(id, attempt);
  const log = resumes?.log ?? memoryLog(clock.now);
  const notices: string[] = [];
  const stop = new AbortController();
  const kill = new AbortController();
  const read = await readBacklog(source);
  const selection = selectTickets(read, options);
  const backlog = new LiveBacklog(read, selection);
  const done = () =>
    new Set([
      ...[...backlog.tickets.values()].filter(({ state }) => state === 'COMPLETED').map(({ id }) => id),
      ...log.state.completed.keys(),
    ]);
  const states = new TicketStates({ source, backlog, done, now: clock.now });
  const queue = resumes?.queue ?? fakeQueue(clock, source);
  queue.verdict = options.verdict ?? (() => ({}));
  queue.managedFiles = (entry, below) => states.managedFiles(entry, below);
  await log.emit({
    event: 'run.started',
    target: queue.target.ref,
    base: 'base',
    workers: options.workers ?? 2,
    agent: 'fake',
    tickets: [...selection],
    containers: [...selection].filter((id) => isContainer(read.tickets.get(id)!)),
    resumed: resumes !== undefined,
  });
  const left = unsettledEntries(await queue.list(), log.state).map(({ ticket }) => ticket);
  const all = new Set([...selection, ...left]);
  backlog.replace({ backlog: read, selection: all });
  await withdrawEdited(log, all);
  const retry = { now: () => clock.elapsed(), pause: exponentialPause(1_000, 60_000) };
  const tickets = schedulerTickets(backlog, (ticket) => {
    if (log.state.completed.has(ticket.id)) return 'COMPLETED';
    if (log.state.deferred.has(ticket.id)) return 'DEFERRED';
    return selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state;
  });
  const context: RunContext = {
    target: queue.target,
    source,
    backlog,
    states,
    scheduler: createScheduler(tickets, { only: backlog.selection, retry }),
    workers,
    queue,
    log,
    clock,
    settings: {
      maxAttempts: options.maxAttempts ?? 2,
      agents: options.agents,
      budget: options.budget ?? {},
      wait: options.wait ?? true,
      ask: options.ask,
      approve: options.approve,
      startApproval: options.startApproval,
      comment: options.comment,
      configuration: options.configuration,
    },
    notice: (text) => notices.push(text),
    stop: stop.signal,
    killSignal: kill.signal,
  };
  const parts = {
    clock,
    source,
    workers,
    queue,
    log,
    context,
    notices,
    stop: () => stop.abort(),
    kill: () => kill.abort(),
  };
  const inputs = new LiveInputs(options.inputs?.(parts) ?? [], clock);
  const end = new Run(context, {
    admission: new Admission(context),
    inputs,
    forecast: options.forecast,
  }).run();
  end.catch(() => {});
  return { ...parts, end, finish: () => finish(clock, end) };
}

/** Longer than any test's run: whoever still waits then waits for ever. */
const LONGEST_RUN_MS = 86_400_000;

async function finish(clock: VirtualClock, end: Promise<RunEnd>): Promise<RunEnd> {
  const over = new AbortController();
  const ended = () => over.abort();
  end.then(ended, ended);
  const deadline = clock.now().getTime() + LONGEST_RUN_MS;
  await clock.settle();
  while (!over.signal.aborted) {
    const wait = clock.nextTimer();
    if (wait === undefined || clock.now().getTime() > deadline)
      throw new Error('the run hangs: it is not over, and nothing is left that could end it');
    await clock.advance(wait);
  }
  return end;
}

/** The events in short: `name ticket`. */
export function story(log: MemoryLog): string[] {
  return log.events.map((event) =>
    'ticket' in event
      ? `${event.event} ${event.ticket}${'outcome' in event ? ` ${event.outcome}` : ''}`
      : event.event,
  );
}
