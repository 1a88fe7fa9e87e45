import { openRepository, withoutWorktree } from '@sage/git';
import { type KnownRun, readCheckedOut } from '@sage/stream';
import type { Ticket } from '@sage/tickets';
import { commandsOfRun } from './run-commands.ts';
import type { Report } from '../report/report.ts';
import { reportOf } from '../report/report-of.ts';
import { chosenSource, type SourceFlags } from '../source-flags.ts';

/** The report of a run, with titles from the backlog. `directory` is the value of -C. */
export async function readReport(
  known: KnownRun & { readonly root: string },
  directory: string,
  flags: SourceFlags = {},
): Promise<Report> {
  const titles = new Map((await ticketsOf(known.root, flags)).map(({ id, title }) => [id, title]));
  return reportOf(
    { ...known, titles, shorten: withoutWorktree(known.root) },
    await commandsOfRun(known.root, known.run, directory),
  );
}

/** Dependencies are not in the journal. Without them, the report only lacks its picture. */
export async function ticketsOf(root: string, flags: SourceFlags): Promise<readonly Ticket[]> {
  const read = async () => readCheckedOut(await openRepository(root), await chosenSource(root, flags));
  return (await read().catch(() => undefined))?.tickets ?? [];
}
