import { resolve } from 'node:path';
import { openRepository } from '@sage/git';
import { buildDependencyGraph, drawDot, drawMermaid, drawSvg, pictured } from '@sage/graph';
import { longestChain, readCheckedOut } from '@sage/stream';
import { type Ticket, TICKET_STATES, toGraphNodes } from '@sage/tickets';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit.ts';
import { screenOf } from '../reporters/screen.ts';
import { chosenSource, type SourceFlags, withSourceFlags } from '../source-flags.ts';
import { formatGraph, graphAsJson } from '../reporters/graph.ts';

const FORMATS = ['text', 'mermaid', 'dot', 'svg', 'json'];

interface Flags extends SourceFlags {
  readonly C: string;
  readonly format: string;
  readonly focus?: string;
  readonly state?: string;
}

export function graphCommand(): Command {
  return withSourceFlags(new Command('graph'))
    .description('draw the dependencies of the tickets')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--format <name>', FORMATS.join(', '), 'text')
    .option('--focus <id>', 'only this ticket, what it waits for, and what waits for it')
    .option('--state <states>', 'only tickets in these states, comma-separated')
    .action(async (flags: Flags) => {
      process.stdout.write(await draw(flags));
      process.exitCode = EXIT.ok;
    });
}

async function draw({ C, format, focus, state, ...source }: Flags): Promise<string> {
  if (!FORMATS.includes(format))
    throw new UsageError(`--format ${format}: no such format; known: ${FORMATS.join(', ')}`);
  const states = state?.split(',').map((name) => name.trim().toUpperCase());
  const odd = states?.find((name) => !TICKET_STATES.some((known) => known === name));
  if (odd !== undefined)
    throw new UsageError(`--state ${odd}: no such state; known: ${TICKET_STATES.join(', ')}`);
  const directory = resolve(C);
  const choice = await chosenSource(directory, source);
  const { tickets: list } = await readCheckedOut(await openRepository(directory), choice);
  const tickets = new Map(list.map((ticket) => [ticket.id, ticket]));
  if (focus !== undefined && !tickets.has(focus)) throw new UsageError(`--focus ${focus}: no such ticket`);
  const whole = buildDependencyGraph(toGraphNodes(list).nodes);
  const graph = pictured(whole, {
    focus,
    show: (id) => states === undefined || states.includes(ticketOf(tickets, id).state),
  });
  const marked = longestChain(list);
  const options = {
    titleOf: (id: string) => ticketOf(tickets, id).title,
    groupOf: (id: string) => ticketOf(tickets, id).component,
    marked,
  };
  switch (format) {
    case 'mermaid':
      return drawMermaid(graph, options);
    case 'dot':
      return drawDot(graph, options);
    case 'svg':
      return drawSvg(graph, options);
    case 'json':
      return graphAsJson(graph, options);
    default:
      return formatGraph(graph, options, screenOf(process.stdout, process.env));
  }
}

function ticketOf(tickets: ReadonlyMap<string, Ticket>, id: string): Ticket {
  return tickets.get(id) as Ticket;
}
