import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import { isContainer } from '@sage/tickets';
import { BacklogError } from '../errors.ts';
import type { Backlog } from './backlog.ts';
import { didYouMean } from './nearest-name.ts';

const SUFFIX = '.batch';

/**
 * The tickets of each component that are asked about together: those in `.sage/batches/COMPONENT.batch`, one id a
 * line, otherwise all of the component. Empty lines and lines that begin with `#` are ignored.
 * @throws {BacklogError} for an id that is not a ticket.
 */
export async function readComponentBatches(
  root: string,
  { tickets }: Pick<Backlog, 'tickets'>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const batches = new Map<string, string[]>();
  for (const { id, component, ...ticket } of tickets.values())
    if (!isContainer(ticket)) batches.set(component, [...(batches.get(component) ?? []), id]);
  const folder = join(root, SAGE_PATHS.batches);
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.endsWith(SUFFIX)).toSorted()) {
    const file = `${SAGE_PATHS.batches}/${name}`;
    const lines = (await readFile(join(folder, name), 'utf8')).split(/\r?\n/).map((line) => line.trim());
    const ids = lines.flatMap((id, at) => {
      if (id === '' || id.startsWith('#')) return [];
      if (tickets.has(id)) return [id];
      const problem = `no ticket ${JSON.stringify(id)}${didYouMean(id, tickets.keys())}: correct the line, or remove it`;
      throw new BacklogError('UNKNOWN_TICKET', `${file}:${at + 1}`, [id], problem);
    });
    batches.set(name.slice(0, -SUFFIX.length), ids);
  }
  return batches;
}
