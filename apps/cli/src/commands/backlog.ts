import { join, resolve } from 'node:path';
import { openRepository, replaceFile } from '@sage/git';
import {
  type BacklogRow,
  checkedOutSource,
  listBacklog,
  planStream,
  showTicket,
  type SourceChoice,
} from '@sage/stream';
import { addTicket, type NewTicket, nextTicketId, readTicketIndex, SAGE_INDEX } from '@sage/tickets';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { parseWholeNumber } from '../numbers.ts';
import { printable } from '../printable.ts';
import { formatRows, formatTicket, stateOf } from '../reporters/backlog.ts';
import { screenOf } from '../reporters/screen.ts';
import { chosenSource, type SourceFlags, withSourceFlags } from '../source-flags.ts';
import { DEFAULT_ATTEMPTS } from '../stream-settings.ts';

interface Flags extends SourceFlags {
  readonly C: string;
  readonly json?: boolean;
}

interface AddFlags extends Flags {
  readonly id?: string;
  readonly component?: string;
  readonly type?: string;
  readonly priority?: string;
  readonly after?: string;
  readonly description?: string;
}

const STATES = ['ready', 'waiting', 'in_progress', 'completed', 'deferred', 'container'];
const NEXT_TICKETS = 5;

/** The commands that show the ticket index and add to it. */
export function backlogCommands(): Command[] {
  const list = withSourceFlags(command('list', 'the tickets, with what each waits for'))
    .option('--state <state>', STATES.join(', '))
    .option('--component <prefix>', 'only tickets of this component')
    .action(async (flags: Flags & { state?: string; component?: string }) => {
      const rows = (await listBacklog(resolve(flags.C), await choiceOf(flags))).filter(chosenBy(flags));
      print(flags, { v: 1, tickets: rows }, () => formatRows(rows, screen()));
    });
  const show = withSourceFlags(command('show', 'everything about a ticket, and what waits for it'))
    .argument('<id>', 'the ticket')
    .action(async (id: string, flags: Flags) => {
      const ticket = await showTicket(resolve(flags.C), id, await choiceOf(flags));
      print(flags, { v: 1, ...ticket }, () => formatTicket(ticket, screen()));
    });
  const next = withSourceFlags(command('next', 'the tickets that would start first'))
    .argument('[n]', 'how many', String(NEXT_TICKETS))
    .action(async (count: string, flags: Flags) => {
      const directory = resolve(flags.C);
      const parallel = parseWholeNumber('the number of tickets', count);
      const choice = await choiceOf(flags);
      const plan = await planStream({ directory, choice, parallel, maxAttempts: DEFAULT_ATTEMPTS });
      const rows = new Map((await listBacklog(directory, choice)).map((row) => [row.id, row]));
      const first = (plan.batches[0] ?? []).flatMap((id) => rows.get(id) ?? []);
      const none = plan.nothing ?? 'nothing can start now: sage list says what each ticket waits for';
      print(flags, { v: 1, tickets: first }, () =>
        first.length === 0 ? `${none}\n` : formatRows(first, screen()),
      );
    });
  const add = command('add', 'add a ticket to the index')
    .argument('<title>', 'what to do, in a few words')
    .option('--id <id>', 'by default the next one of its component')
    .option('--component <name>', 'by default that of the last ticket')
    .option('--type <type>', 'such as feature, bug, task')
    .option('--priority <priority>', 'P0 to P4')
    .option('--after <ids>', 'what it depends on, comma-separated')
    .option('--description <text>', 'what the agent needs to know')
    .action(async (title: string, flags: AddFlags) => {
      const ticket = await newTicket(title, flags);
      print(
        flags,
        { v: 1, ...ticket },
        () => `${printable(ticket.id)} is in ${SAGE_INDEX}: ${printable(title)}\n`,
      );
    });
  return [list, show, next, add];
}

function choiceOf(flags: Flags): Promise<SourceChoice> {
  return chosenSource(resolve(flags.C), flags);
}

function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--json', 'one JSON object on stdout');
}

function chosenBy({
  state,
  component,
}: {
  state?: string;
  component?: string;
}): (row: BacklogRow) => boolean {
  if (state !== undefined && !STATES.includes(state))
    throw new UsageError(`--state ${state}: use ${STATES.join(', ')}`);
  return (row) =>
    (component === undefined || row.component.startsWith(component)) &&
    (state === undefined || stateOf(row) === state);
}

/** @throws {TicketIndexError}, {UsageError}: nothing was changed. */
async function newTicket(title: string, flags: AddFlags): Promise<NewTicket> {
  const repository = await openRepository(resolve(flags.C));
  const { root } = repository;
  const source = await checkedOutSource(repository);
  if (source !== 'sage')
    throw new UsageError(
      `the backlog here is that of ${source}: add the ticket there, or make an index with sage import ${source}`,
    );
  const file = join(root, SAGE_INDEX);
  const { text, tickets } = await readTicketIndex(file);
  const like = tickets.findLast((one) => flags.component === undefined || one.component === flags.component);
  const prefix = /^(.+)-[^-]*$/s.exec(like?.id ?? '')?.[1] ?? flags.component ?? 'TASK';
  const ids = tickets.map(({ id }) => id);
  const dependencies = (flags.after ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter(Boolean);
  const unknown = dependencies.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new UsageError(`--after ${unknown}: no ticket has this id`);
  const { type, priority, component, description } = flags;
  const ticket: NewTicket = {
    id: flags.id ?? nextTicketId(prefix, ids),
    title,
    state: 'UNPROCESSED',
    ...(type !== undefined && { type }),
    ...(priority !== undefined && { priority }),
    ...(component !== undefined && { component }),
    dependencies,
    ...(description !== undefined && { description }),
  };
  await replaceFile(file, addTicket(text, ticket, SAGE_INDEX), { durable: true });
  return ticket;
}

function print(flags: Flags, value: unknown, text: () => string): void {
  process.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text());
  process.exitCode = EXIT.ok;
}

function screen() {
  return screenOf(process.stdout, process.env);
}
