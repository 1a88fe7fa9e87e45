import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { currentBranch, replaceFile, type Repository } from '@sage/git';
import { readTicketIndex, SAGE_INDEX, type Ticket, type TicketChange } from '@sage/tickets';
import { SourceError } from '../errors.ts';
import { checkContent } from './backlog.ts';
import { openSource, readCheckedOut, type SourceChoice } from './open-source.ts';

interface ImportedBacklog {
  /** The file that the backlog came from. */
  readonly file: string;
  readonly tickets: number;
  /** How many dependencies follow only from the order in the backlog. */
  readonly implied: number;
  /** Oddities, one line each. */
  readonly warnings: readonly string[];
}

/**
 * Converts the backlog of another tool into Sage's own index. The tool's files stay as they are.
 * @throws {SourceError} if there is an index already; {TicketIndexError}, {BacklogError}: nothing was written.
 */
export async function importBacklog(repository: Repository, choice: SourceChoice): Promise<ImportedBacklog> {
  const index = join(repository.root, SAGE_INDEX);
  if (existsSync(index))
    throw new SourceError(`${SAGE_INDEX} is there already: move it away to import another backlog`);
  const content = await readCheckedOut(repository, choice);
  const { warnings } = checkContent(content);
  const tickets = content.tickets.map(({ raw }) => raw);
  await mkdir(dirname(index), { recursive: true });
  await replaceFile(index, `${JSON.stringify({ version: '1.0', tickets }, undefined, 2)}\n`, {
    durable: true,
  });
  const implied = content.implied?.length ?? 0;
  return { file: content.file, tickets: tickets.length, implied, warnings };
}

interface ExportedBacklog {
  /** Tickets whose state was written to the other tool's backlog. */
  readonly written: readonly string[];
  /** Tickets that the other backlog does not have. */
  readonly unknown: readonly string[];
  /** Tickets whose state the other tool cannot express. */
  readonly unsaid: readonly string[];
}

/**
 * Writes the states of Sage's own index into another tool's backlog with the same tickets.
 * @throws {SourceError}, {TicketIndexError}
 */
export async function exportBacklog(
  repository: Repository,
  choice: SourceChoice & { readonly source: string },
  now: Date,
): Promise<ExportedBacklog> {
  const { tickets } = await readTicketIndex(join(repository.root, SAGE_INDEX));
  const branch = (await currentBranch(repository)) ?? 'refs/heads/-';
  const source = await openSource(repository, branch, choice);
  const before = statesOf((await source.read()).tickets);
  const changes = tickets.flatMap((ticket): TicketChange[] => {
    const { id, state } = ticket;
    const known = before.get(id);
    const isOver = state === 'COMPLETED' || state === 'DEFERRED';
    return isOver && known !== undefined && known !== state ? [{ id, state, at: now.toISOString() }] : [];
  });
  await source.write(changes);
  const after = statesOf((await source.read()).tickets);
  const isWritten = ({ id, state }: TicketChange) => after.get(id) === state;
  return {
    written: changes.filter(isWritten).map(({ id }) => id),
    unknown: tickets.map(({ id }) => id).filter((id) => !before.has(id)),
    unsaid: changes.filter((change) => !isWritten(change)).map(({ id }) => id),
  };
}

function statesOf(tickets: readonly Ticket[]): Map<string, string> {
  return new Map(tickets.map(({ id, state }) => [id, state]));
}
