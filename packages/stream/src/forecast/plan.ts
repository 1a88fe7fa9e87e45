import { openRepository, type Repository } from '@sage/git';
import {
  type Assignment,
  batchesOf,
  conflictChances,
  createScheduler,
  criticalPath,
  determineWorkerCount,
  forecast,
  planBatches,
  rankBacklog,
  type SchedulerOptions,
  type SchedulerTicket,
} from '@sage/scheduler';
import { isContainer } from '@sage/tickets';
import {
  type Backlog,
  assertSelection,
  componentLimits,
  heldBackIn,
  readBacklog,
  schedulerTickets,
  type Selection,
  selectTickets,
} from '../backlog/backlog.ts';
import { openSource, type SourceChoice } from '../backlog/open-source.ts';
import { gatherEvidence } from '../conflicts/evidence.ts';
import { courses, median } from './attempt-course.ts';
import { knownBefore, modelOf, readHistory } from '../history/history.ts';
import { likelyFiles, type SourcedFile } from '../conflicts/likely-files.ts';
import { nothingToDo } from '../backlog/nothing-to-do.ts';
import { assertOpenFiles, assertRoom } from '../start/prerequisites.ts';
import { chooseTarget } from '../start/target.ts';
import { assertWorkflowMode } from '../start/workflow-mode.ts';

export interface PlanOptions extends Selection {
  readonly directory: string;
  /** The same repository, if it is already open. */
  readonly repository?: Repository;
  /** Selects a backlog of the repository. */
  readonly choice?: SourceChoice;
  readonly parallel?: number | string;
  readonly target?: string;
  /** How many tickets of each component may run at the same time. */
  readonly componentLimits?: Readonly<Record<string, number>>;
  /** Attempts of a ticket before it is deferred. */
  readonly maxAttempts: number;
  /** Where worktrees are made, if agents work on this machine. */
  readonly worktrees?: string | undefined;
}

/** What a run would do. */
export interface Plan {
  readonly v: 1;
  /** In the order in which they would start, each with at most `workers` tickets. */
  readonly batches: readonly (readonly string[])[];
  /** `by` is the chain that leads to the ticket that blocks it. */
  readonly blocked: readonly { readonly id: string; readonly by: readonly string[] }[];
  readonly workers: number;
  /** Open tickets that are done when their children are. They are in no batch. */
  readonly containers: readonly string[];
  /**
   * Dependencies between open tickets that follow only from the order in the backlog's file: [ticket, dependency].
   */
  readonly implied?: readonly (readonly [string, string])[];
  /** The longest chain of open tickets by estimated duration. */
  readonly criticalPath: readonly string[];
  readonly forecast: RunForecast;
  /** Why there is no ticket to work on. */
  readonly nothing?: string;
}

/** How long a run would take, based on earlier runs. */
export interface RunForecast {
  /** Minutes if each ticket and each landing takes exactly the expected time, and every attempt lands. */
  readonly minutes: number;
  /** Minutes. Half of the runs end by `expected`, and 80 % of them between `low` and `high`. */
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  /** Share of the workers' time that is work, 0 to 1. */
  readonly utilisation: number;
  /** The number of completed tickets of earlier runs that it is based on. */
  readonly samples: number;
  /** How many of the tickets have an estimate. Without any estimates or samples, each ticket counts as a minute. */
  readonly estimates: number;
  /** Minutes that finished work usually takes to land, including verify; 0 without earlier runs. */
  readonly landing: number;
  /** Share of attempts assumed not to land, 0 to 1; 0 without earlier runs. */
  readonly failing: number;
  /**
   * USD: half of the runs cost at most `expected`, four of five between `low` and `high`. Absent if earlier attempts
   * reported no cost.
   */
  readonly cost?: { readonly expected: number; readonly low: number; readonly high: number };
  /** In order of start; not rounded, so that an end and a start at the same time are equal. */
  readonly assignments: readonly Assignment[];
}

/** What a run would do. Needs no agent and changes nothing. */
export async function planStream(options: PlanOptions): Promise<Plan> {
  return (await preparePlan(options)).plan;
}

/** A plan, together with what it was made from. */
export interface PreparedPlan {
  readonly plan: Plan;
  readonly backlog: Backlog;
  readonly tickets: readonly SchedulerTicket[];
  readonly filesOf: (id: string) => readonly SourcedFile[];
  readonly rules: Pick<SchedulerOptions, 'limits' | 'conflictChance' | 'failing'>;
}

export async function preparePlan(options: PlanOptions): Promise<PreparedPlan> {
  const repository = options.repository ?? (await openRepository(options.directory));
  const target = await chooseTarget(repository, { branch: options.target, newBranch: 'sage/plan' });
  await assertWorkflowMode(repository);
  const backlog = await readBacklog(await openSource(repository, target.ref, options.choice));
  assertSelection(backlog, options);
  const selection = selectTickets(backlog, options);
  if (options.worktrees !== undefined && selection.size > 0) {
    assertOpenFiles();
    await assertRoom(repository, target.tip, options.worktrees);
  }
  const { samples, record } = await readHistory(repository.root, backlog.tickets);
  const model = modelOf(samples, backlog.tickets);
  const all = [...backlog.tickets.values()];
  const ranges = all.map((ticket) => model.predict(knownBefore(ticket)));
  const tickets = schedulerTickets(
    backlog,
    (ticket) => (selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state),
    (_, index) => ranges[index]?.minutes,
  );
  const containers = all.filter((one) => isContainer(one) && selection.has(one.id)).map(({ id }) => id);
  const workers = determineWorkerCount(
    options.parallel ?? 1,
    Math.max(1, selection.size - containers.length),
  );
  const filesOf = likelyFiles(await gatherEvidence(repository, target.tip, backlog.tickets));
  const rules = {
    // Usually everything is selected, and then no check of each ticket is needed, which would be slow.
    only: all.every(({ state, id }) => state === 'COMPLETED' || selection.has(id)) ? undefined : selection,
    limits: componentLimits(options.componentLimits),
    conflictChance: conflictChances(filesOf),
    failing: record.failing,
  };
  const ranked = rankBacklog(tickets, { ...rules, graph: backlog.graph });
  const open = all.filter(({ state }) => state !== 'COMPLETED');
  const openRanges = ranges.filter((_, index) => all[index]!.state !== 'COMPLETED');
  const work = open.filter((one) => !isContainer(one));
  const course = courses(record, options.maxAttempts);
  const landing = median(record.landings);
  const { makespan, expected, low, high, costs, utilisation, assignments } = forecast(ranked, {
    ...rules,
    workers,
    rangeOf: (_, index) => openRanges[index],
    landingOf: () => landing,
    courseOf: (_, random) => course({ failures: 0, conflicts: 0 }, random),
    costPerMinute: record.costPerMinute,
  });
  const inBatches = batchesOf(assignments);
  const { batches, blocked } = inBatches
    ? { batches: inBatches, blocked: createScheduler(ranked, rules).blocked() }
    : planBatches(ranked, workers, rules);
  const isWhole = batches.reduce((sum, batch) => sum + batch.length, 0) === work.length;
  const planned = isWhole ? undefined : new Set(batches.flat());
  const isOpen = (id: string) => selection.has(id);
  const implied = (backlog.implied ?? []).filter((edge) => edge.every(isOpen));
  const plan: Plan = {
    v: 1,
    batches,
    blocked: [
      ...blocked.filter(({ id }) => selection.has(id)),
      ...heldBackIn(backlog, options).map(([id, container]) => ({ id, by: [container] })),
    ],
    workers,
    containers,
    ...(selection.size === 0 && { nothing: nothingToDo(backlog, options) }),
    ...(implied.length > 0 && { implied }),
    criticalPath: longestChain(),
    forecast: {
      minutes: hundredths(makespan),
      expected: hundredths(expected),
      low: hundredths(low),
      high: hundredths(high),
      utilisation: Math.round(utilisation * 1000) / 1000,
      samples: model.samples,
      estimates: work.filter(
        ({ id, estimatedMinutes }) => estimatedMinutes !== undefined && (planned?.has(id) ?? true),
      ).length,
      landing: hundredths(landing),
      failing: Math.round((1 - (record.shares.get('landed') ?? 0)) * 1000) / 1000,
      ...(record.costPerMinute !== undefined && {
        cost: {
          expected: hundredths(costs.expected),
          low: hundredths(costs.low),
          high: hundredths(costs.high),
        },
      }),
      assignments,
    },
  };
  return { plan, backlog, tickets, filesOf, rules };

  /** The longest chain of planned tickets. */
  function longestChain(): string[] {
    if (planned === undefined) return criticalPath(ranked);
    const isPart = ({ id, container }: SchedulerTicket) => container === true || planned.has(id);
    const others = tickets.filter((ticket) => !isPart(ticket)).map(({ id }) => id);
    return criticalPath(tickets.filter(isPart), new Set(others));
  }
}

export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
