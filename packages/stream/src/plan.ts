import { openRepository } from '@sage/git';
import { criticalPath, determineWorkerCount, planBatches } from '@sage/scheduler';
import { isContainer, type Ticket } from '@sage/tickets';
import { type Backlog, readBacklog, schedulerTickets, type Selection, selectTickets } from './backlog.ts';
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
}

/** What a run would do. Needs no agent and changes nothing. */
export async function planStream(options: PlanOptions): Promise<Plan> {
  const backlog = await backlogOf(options);
  const selection = selectTickets(backlog, options);
  const open = schedulerTickets(backlog, (ticket) =>
    selection.has(ticket.id) && ticket.state === 'DEFERRED' ? 'UNPROCESSED' : ticket.state,
  );
  const available = [...selection].filter((id) => !isContainer(backlog.tickets.get(id) as Ticket)).length;
  const workers = determineWorkerCount(options.parallel ?? 1, Math.max(1, available));
  const { batches, blocked } = planBatches(open, workers, { only: selection });
  const planned = new Set(batches.flat());
  const chain = open.filter(({ id, container }) => container || planned.has(id));
  const others = new Set(
    open.filter(({ id, container }) => !container && !planned.has(id)).map(({ id }) => id),
  );
  return {
    v: 1,
    batches,
    blocked: blocked.filter(({ id }) => selection.has(id)),
    workers,
    criticalPath: criticalPath(chain, others),
  };
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
  readonly onCriticalPath: boolean;
  readonly blockedBy: readonly string[];
  /** Tickets that do not run at the same time as it, for they declare the same files or name it. */
  readonly keptApartFrom: readonly string[];
}

export async function explainTicket(
  options: PlanOptions & { readonly ticket: string },
): Promise<Explanation> {
  const backlog = await backlogOf(options);
  selectTickets(backlog, { only: [options.ticket] });
  const ticket = backlog.tickets.get(options.ticket) as Ticket;
  const plan = await planStream(options);
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

async function backlogOf({ directory, target: branch }: PlanOptions): Promise<Backlog> {
  const repository = await openRepository(directory);
  const target = await chooseTarget(repository, { branch, newBranch: 'sage/plan' });
  return readBacklog(repository, target.elsewhere ? target.ref : undefined);
}
