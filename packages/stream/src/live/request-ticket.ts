import { openRepository } from '@sage/git';
import { followRun } from '@sage/journal';
import { didYouMean } from '../backlog/nearest-name.ts';
import { NoTicketError } from '../errors.ts';
import { activeRun } from './active-run.ts';
import { type TicketAction, writeRequest } from './ticket-requests.ts';

/** The contract of `sage stop --json` and `sage skip --json`. */
export interface Requested {
  readonly v: 1;
  readonly run: string;
  readonly ticket: string;
  readonly action: TicketAction;
  /** Whether the run has confirmed it in its journal. */
  readonly acknowledged: boolean;
}

const ACKNOWLEDGE_TIMEOUT_MS = 10_000;

/**
 * Asks the active run of a repository to stop the agent of a ticket, or to leave the ticket for another run, and
 * waits for its confirmation.
 * @throws {NoRunError}, {NoTicketError}, {RepositoryError}: nothing was changed.
 */
export async function requestTicket(
  directory: string,
  ticket: string,
  action: TicketAction,
): Promise<Requested> {
  const { root, ...repository } = await openRepository(directory);
  const { run, state } = await activeRun({ root, ...repository });
  const { tickets, containers, open, completed, deferred } = state;
  if (!tickets.has(ticket))
    throw new NoTicketError(
      `no ticket ${JSON.stringify(ticket)} in run ${run}${didYouMean(ticket, tickets)}`,
    );
  if (containers.has(ticket)) throw new NoTicketError(`${ticket} is a container: name the tickets in it`);
  if (completed.has(ticket)) throw new NoTicketError(`${ticket} has landed already`);
  if (deferred.has(ticket))
    throw new NoTicketError(`${ticket} is deferred: sage retry ${ticket} tries it again`);
  if (action === 'stop' && !open.has(ticket))
    throw new NoTicketError(`no agent works on ${ticket} now: sage skip ${ticket} leaves it for another run`);
  const request = await writeRequest(root, run, { ticket, action });
  for await (const event of followRun(root, run, { signal: AbortSignal.timeout(ACKNOWLEDGE_TIMEOUT_MS) }))
    if (event.event === 'ticket.requested' && event.request === request)
      return { v: 1, run, ticket, action, acknowledged: true };
  return { v: 1, run, ticket, action, acknowledged: false };
}
