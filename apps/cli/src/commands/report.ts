import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SAGE_PATHS } from '@sage/git';
import { readKnownRun } from '@sage/stream';
import { toGraphNodes } from '@sage/tickets';
import { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { screenOf } from '../reporters/screen.ts';
import { reportAsHtml } from '../report/html.ts';
import { reportAsMarkdown } from '../report/markdown.ts';
import { type SourceFlags, withSourceFlags } from '../source-flags.ts';
import { readReport, ticketsOf } from './read-report.ts';
import { reportGraph } from '../report/report-graph.ts';
import { reportAsText } from '../report/text.ts';

const FORMATS = ['text', 'md', 'json', 'html'];

interface Flags extends SourceFlags {
  readonly C: string;
  readonly format: string;
  readonly json?: boolean;
}

export function reportCommand(): Command {
  return withSourceFlags(new Command('report'))
    .description('what a run landed, what it did not and why, and what to do next; time, tokens and cost')
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
  const report = await readReport(known, C, flags);
  switch (format) {
    case 'json':
      return `${JSON.stringify(report)}\n`;
    case 'md':
      return reportAsMarkdown(report);
    case 'html':
      return reportAsHtml(report, {
        base: `${pathToFileURL(join(known.root, SAGE_PATHS.runs, known.run)).href}/`,
        graph: reportGraph(report, toGraphNodes(await ticketsOf(known.root, flags)).nodes),
      });
    default:
      return reportAsText(report, screenOf(process.stdout, process.env));
  }
}
