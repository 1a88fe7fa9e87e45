import { join } from 'node:path';
import type { KnownRun } from '@sage/stream';
import { readTicketIndex, SAGE_INDEX, type Ticket } from '@sage/tickets';
import { commandsOfRun } from './run-commands.ts';
import type { Report } from '../report/report.ts';
import { reportOf } from '../report/report-of.ts';

/** The report of a run, with titles from the backlog. `directory`: what was typed after -C. */
export async function readReport(
  known: KnownRun & { readonly root: string },
  directory: string,
): Promise<Report> {
  const titles = new Map((await ticketsOf(known.root)).map(({ id, title }) => [id, title]));
  return reportOf({ ...known, titles }, await commandsOfRun(known.root, known.run, directory));
}

/** The journal does not have what waits for what. A report without the picture is one all the same. */
export async function ticketsOf(root: string): Promise<readonly Ticket[]> {
  return (await readTicketIndex(join(root, SAGE_INDEX)).catch(() => undefined))?.tickets ?? [];
}
