import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SAGE_PATHS } from '@sage/git';
import { readKnownRun } from '@sage/stream';
import { readTicketIndex, SAGE_INDEX, type Ticket, toGraphNodes } from '@sage/tickets';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { screenOf } from '../reporters/screen.ts';
import { reportAsHtml } from '../report/html.ts';
import { reportAsMarkdown } from '../report/markdown.ts';
import { reportGraph } from '../report/report-graph.ts';
import { reportOf } from '../report/report-of.ts';
import { reportAsText } from '../report/text.ts';
import { commandsOfRun } from './run-commands.ts';

const FORMATS = ['text', 'md', 'json', 'html'];

interface Flags {
  readonly C: string;
  readonly format: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('what a run has landed and what not, why, and how to go on; time, tokens and cost')
    .argument('[run]', 'a run, by default the newest; sage history lists them')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .option('--format <format>', FORMATS.join(', '), 'text')
    .option('--json', 'the same as --format json')
    .action(async (run: string | undefined, flags: Flags) => {
      process.stdout.write(await write(run, flags));
    });
}

async function write(run: string | undefined, { C, json, ...flags }: Flags): Promise<string> {
  const format = json ? 'json' : flags.format;
  if (!FORMATS.includes(format))
    throw new UsageError(`--format ${format}: no such format; known: ${FORMATS.join(', ')}`);
  const known = await readKnownRun(resolve(C), run);
  const tickets = await ticketsOf(known.root);
  const titles = new Map(tickets.map(({ id, title }) => [id, title]));
  const report = reportOf({ ...known, titles }, await commandsOfRun(known.root, known.run, C));
  switch (format) {
    case 'json':
      return `${JSON.stringify(report)}\n`;
    case 'md':
      return reportAsMarkdown(report);
    case 'html':
      return reportAsHtml(report, {
        base: `${pathToFileURL(join(known.root, SAGE_PATHS.runs, known.run)).href}/`,
        graph: reportGraph(report, toGraphNodes(tickets).nodes),
      });
    default:
      return reportAsText(report, screenOf(process.stdout, process.env));
  }
}

/** The journal does not have what waits for what. A report without the picture is one all the same. */
async function ticketsOf(root: string): Promise<readonly Ticket[]> {
  return (await readTicketIndex(join(root, SAGE_INDEX)).catch(() => undefined))?.tickets ?? [];
}
