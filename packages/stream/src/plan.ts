import { openRepository, type Repository } from '@sage/git';
import {
  type Assignment,
  criticalPath,
  determineWorkerCount,
  explainStart,
  forecast,
  planBatches,
  type SchedulerTicket,
  type StartReason,
} from '@sage/scheduler';
import { isContainer, type Ticket } from '@sage/tickets';
import { type Backlog, readBacklog, schedulerTickets, type Selection, selectTickets } from './backlog.ts';
import { knownBefore, learnFromHistory } from './history.ts';
import { chooseTarget } from './target.ts';

export interface PlanOptions extends Selection {
  readonly directory: string;
  readonly parallel?: number | string | undefined;
  readonly target?: string | undefined;
}

/** The contract of `sage stream --dry-run --json`. */
export interface Plan {
  readonly v: 1;
  /** In the order they would start, each at most `workers` long. */
  readonly batches: readonly (readonly string[])[];
  /** `by`: the chain that leads to the ticket that blocks it. */
  readonly blocked: readonly { readonly id: string; readonly by: readonly string[] }[];
  readonly workers: number;
  /** The longest chain of open tickets by estimated duration. */
  readonly criticalPath: readonly string[];
  readonly forecast: RunForecast;
}

/** How long a run would take if every ticket succeeded, with what earlier runs taught. */
export interface RunForecast {
  /** If each ticket takes exactly what is expected of it. */
  readonly minutes: number;
  /** Half of the runs are over within so many minutes; four of five take between `low` and `high`. */
  readonly expected: number;
  readonly low: number;
  readonly high: number;
  /** Share of the workers' time that is work, 0 to 1. */
  readonly utilisation: number;
  /** How many completed tickets of earlier runs it rests on. */
  readonly samples: number;
  /** In minutes from the start of the run, in order of start. */
  readonly assignments: readonly Omit<Assignment, 'attempt'>[];
}

/** What a run would do. Needs no agent and changes nothing. */
export async function planStream(options: PlanOptions): Promise<Plan> {
  return (await preparePlan(options)).plan;
}

interface Prepared {
  readonly plan: Plan;
  readonly backlog: Backlog;
  readonly tickets: readonly SchedulerTicket[];
}

async function preparePlan(options: PlanOptions): Promise<Prepared> {
  const repository = await openRepository(options.directory);
  const backlog = await backlogOf(repository, options);
  const selection = selectTickets(backlog, options);
  const model = await learnFromHistory(repository.root, backlog.tickets);
  const tickets = schedulerTickets(
    backlog,
    (ticket) => (selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state),
    (ticket) => model.predict(knownBefore(ticket))?.minutes,
  );
  const available = [...selection].filter((id) => !isContainer(backlog.tickets.get(id) as Ticket)).length;
  const workers = determineWorkerCount(options.parallel ?? 1, Math.max(1, available));
  const { batches, blocked } = planBatches(tickets, workers, { only: selection });
  const planned = new Set(batches.flat());
  const chain = tickets.filter(({ id, container }) => container || planned.has(id));
  const others = new Set(
    tickets.filter(({ id, container }) => !container && !planned.has(id)).map(({ id }) => id),
  );
  const { makespan, expected, low, high, utilisation, assignments } = forecast(tickets, {
    workers,
    only: selection,
    rangeOf: (id) => model.predict(knownBefore(backlog.tickets.get(id) as Ticket)),
  });
  const plan: Plan = {
    v: 1,
    batches,
    blocked: blocked.filter(({ id }) => selection.has(id)),
    workers,
    criticalPath: criticalPath(chain, others),
    forecast: {
      minutes: tenths(makespan),
      expected: tenths(expected),
      low: tenths(low),
      high: tenths(high),
      utilisation: Math.round(utilisation * 1000) / 1000,
      samples: model.samples,
      assignments: assignments.map(({ id, worker, start, end }) => {
        return { id, worker, start: tenths(start), end: tenths(end) };
      }),
    },
  };
  return { plan, backlog, tickets };
}

function tenths(minutes: number): number {
  return Math.round(minutes * 10) / 10;
}

/** The contract of `sage stream --explain ID --json`. */
export interface Explanation {
  readonly v: 1;
  readonly ticket: string;
  readonly title: string;
  readonly state: string;
  readonly priority: string;
  /** Open tickets that it waits for. */
  readonly waitsFor: readonly string[];
  /** Open tickets that wait for it. */
  readonly unblocks: readonly string[];
  /** 1-based place in the plan; absent where it would not start. */
  readonly batch?: number;
  readonly batches: number;
  /** Minutes after the start of the run at which it would start, and why not earlier; absent where it would not. */
  readonly starts?: { readonly minutes: number } & StartReason;
  readonly onCriticalPath: boolean;
  readonly blockedBy: readonly string[];
  /** Tickets that do not run at the same time as it, for they declare the same files or name it. */
  readonly keptApartFrom: readonly string[];
}

export async function explainTicket(
  options: PlanOptions & { readonly ticket: string },
): Promise<Explanation> {
  const { plan, backlog, tickets } = await preparePlan(options);
  selectTickets(backlog, { only: [options.ticket] });
  const ticket = backlog.tickets.get(options.ticket) as Ticket;
  const assignments = plan.forecast.assignments.map((one) => ({ ...one, attempt: 1 }));
  const assignment = assignments.find(({ id }) => id === ticket.id);
  const reason = explainStart(tickets, assignments, ticket.id);
  const batch = plan.batches.findIndex((ids) => ids.includes(ticket.id));
  const open = (id: string) => backlog.tickets.get(id)?.state !== 'COMPLETED';
  return {
    v: 1,
    ticket: ticket.id,
    title: ticket.title,
    state: ticket.state,
    priority: ticket.priority,
    waitsFor: backlog.graph.dependenciesOf(ticket.id).filter(open),
    unblocks: backlog.graph.dependentsOf(ticket.id).filter(open),
    ...(batch >= 0 && { batch: batch + 1 }),
    batches: plan.batches.length,
    ...(assignment && reason && { starts: { minutes: assignment.start, ...reason } }),
    onCriticalPath: plan.criticalPath.includes(ticket.id),
    blockedBy: plan.blocked.find(({ id }) => id === ticket.id)?.by ?? [],
    keptApartFrom: [...backlog.tickets.values()]
      .filter((other) => open(other.id) && keptApart(ticket, other))
      .map(({ id }) => id),
  };
}

function keptApart(one: Ticket, other: Ticket): boolean {
  if (one.id === other.id) return false;
  return (
    one.conflictsWith.includes(other.id) ||
    other.conflictsWith.includes(one.id) ||
    one.files.some((path) => other.files.includes(path))
  );
}

async function backlogOf(repository: Repository, { target: branch }: PlanOptions): Promise<Backlog> {
  const target = await chooseTarget(repository, { branch, newBranch: 'sage/plan' });
  return readBacklog(repository, target.elsewhere ? target.ref : undefined);
}
