import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listRuns, readRun, type RecordedRun } from '@sage/journal';
import type { Found, Residue, ResidueOptions } from './residue.ts';

/** Forecasts learn from younger runs, and people look at them. */
const OLD_DAYS = 30;
const DAY_MS = 86_400_000;

/** Folders of runs that ended long ago, except those with the only copy of what an agent wrote. */
export async function runResidue(
  { repository, now }: ResidueOptions,
  unfinished: readonly RecordedRun[],
): Promise<Found> {
  const open = new Set(unfinished.map(({ run }) => run));
  const found = { remove: [] as Residue[], keep: [] as Residue[] };
  for (const { run, file, modified } of await listRuns(repository.root)) {
    const residue = { kind: 'run', name: dirname(file) } as const;
    if (open.has(run)) {
      found.keep.push({ ...residue, why: 'the run is not over' });
      continue;
    }
    if (now.getTime() - modified < OLD_DAYS * DAY_MS) continue;
    const recorded = await readRun(repository.root, run).catch(() => undefined);
    if (recorded === undefined || recorded.state.run === '') continue;
    if (await hasCopies(dirname(file)))
      found.keep.push({ ...residue, why: 'it has copies of ignored files that an agent wrote' });
    else found.remove.push({ ...residue, why: `the run has been over for more than ${OLD_DAYS} days` });
  }
  return found;
}

/** Whether a run's folder contains `<ticket>/<attempt>/ignored`. */
async function hasCopies(folder: string): Promise<boolean> {
  for (const ticket of await subfolders(folder))
    for (const attempt of await subfolders(ticket))
      if ((await subfolders(attempt)).includes(join(attempt, 'ignored'))) return true;
  return false;
}

async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(folder, name));
}
