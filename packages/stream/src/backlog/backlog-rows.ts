import { openRepository } from '@sage/git';
import { isContainer, type Ticket, type TicketState } from '@sage/tickets';
import { BacklogError } from '../errors.ts';
import { checkContent } from './backlog.ts';
import { didYouMean } from './nearest-name.ts';
import { readCheckedOut, type SourceChoice } from './open-source.ts';

/** A ticket in a list: an object of `sage list --json`. */
export interface BacklogRow {
  readonly id: string;
  readonly title: string;
  readonly state: TicketState;
  readonly type: string;
  readonly priority: string;
  readonly component: string;
  /** It is done when its children are. */
  readonly container: boolean;
  /** Its own and inherited dependencies that are not completed. */
  readonly waitsFor: readonly string[];
}

/** A ticket in full: the object of `sage show --json`. */
export interface BacklogTicket extends BacklogRow {
  readonly dependencies: readonly string[];
  readonly dependents: readonly string[];
  readonly children: readonly string[];
  readonly parent: string | null;
  readonly description: string;
  readonly acceptanceCriteria: readonly string[];
  readonly files: readonly string[];
  /** Why it is deferred, according to the index. */
  readonly deferReason?: { readonly category: string; readonly message: string };
}

/**
 * The tickets in the checkout, in their order.
 * @throws {TicketIndexError}, {BacklogError}
 */
export async function listBacklog(directory: string, choice?: SourceChoice): Promise<BacklogRow[]> {
  const { rows } = await read(directory, choice);
  return [...rows.values()];
}

/** @throws {TicketIndexError}, {BacklogError} if no ticket has this id. */
export async function showTicket(
  directory: string,
  id: string,
  choice?: SourceChoice,
): Promise<BacklogTicket> {
  const { file, tickets, rows, dependenciesOf, dependentsOf } = await read(directory, choice);
  const ticket = tickets.get(id);
  const row = rows.get(id);
  if (!ticket || !row) {
    const message = `no ticket has the id ${JSON.stringify(id)}${didYouMean(id, tickets.keys())}`;
    throw new BacklogError('UNKNOWN_TICKET', file, [id], message);
  }
  const { children, parent, description, acceptanceCriteria, files } = ticket;
  const deferReason = ticket.state === 'DEFERRED' ? deferralOf(ticket) : undefined;
  return {
    ...row,
    dependencies: dependenciesOf(id),
    dependents: dependentsOf(id),
    children,
    parent,
    description,
    acceptanceCriteria,
    files,
    ...(deferReason && { deferReason }),
  };
}

async function read(directory: string, choice: SourceChoice | undefined) {
  const content = await readCheckedOut(await openRepository(directory), choice);
  const { file, tickets, graph } = checkContent(content);
  const isDone = (id: string) => tickets.get(id)?.state === 'COMPLETED';
  const rows = new Map(
    [...tickets.values()].map((ticket) => {
      const { id, title, state, type, priority, component } = ticket;
      const waitsFor = isDone(id) ? [] : graph.dependenciesOf(id).filter((other) => !isDone(other));
      return [
        id,
        { id, title, state, type, priority, component, container: isContainer(ticket), waitsFor },
      ] as const;
    }),
  );
  return {
    file,
    tickets,
    rows,
    dependenciesOf: (id: string) => graph.dependenciesOf(id),
    dependentsOf: (id: string) => graph.dependentsOf(id),
  };
}

function deferralOf({ raw }: Ticket): BacklogTicket['deferReason'] {
  const reason = raw['defer_reason'];
  if (typeof reason !== 'object' || reason === null) return undefined;
  const { category, message } = reason as Record<string, unknown>;
  if (typeof category !== 'string' || typeof message !== 'string') return undefined;
  return { category, message };
}
