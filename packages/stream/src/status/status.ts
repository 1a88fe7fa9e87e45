import { readdir, stat } from 'node:fs/promises';
import { openRepository, type Repository } from '@sage/git';
import { journalFile, readJournal, runsDirectory } from '../journal/journal.ts';
import { coordinator } from '../start/only-run.ts';
import { type RunStatus, StatusFold } from './status-fold.ts';

/** The contract of `sage status --json`. */
export type Status = RunStatus | { readonly v: 1; readonly state: 'none' };

/** What the run at work in a checkout is doing, or what came of its last one. Changes nothing. */
export async function readStatus(directory: string): Promise<Status> {
  const repository = await openRepository(directory);
  const status = await look(repository);
  // It may have begun between the look at the lock and that at the journal.
  return status.state === 'killed' ? look(repository) : status;
}

/** The lock first: a run that ends meanwhile has told so at the end of its journal. */
async function look(repository: Repository): Promise<Status> {
  const owner = await coordinator(repository);
  for (const file of await journals(repository.root)) {
    const fold = new StatusFold();
    // As for resuming: a journal that cannot be read is none.
    for (const event of await readJournal(file).catch(() => [])) fold.apply(event);
    // Who took the lock after this run had begun runs in another checkout, or has only just started.
    if (fold.begun !== '') return fold.status(owner !== undefined && owner.since <= fold.begun);
  }
  return { v: 1, state: 'none' };
}

/** Of every run, the one that was written last first. */
async function journals(root: string): Promise<string[]> {
  const runs = await readdir(runsDirectory(root)).catch(() => []);
  const files = await Promise.all(
    runs.map(async (run) => {
      const file = journalFile(root, run);
      return { run, file, written: (await stat(file).catch(() => undefined))?.mtimeMs ?? 0 };
    }),
  );
  return files.toSorted((a, b) => b.written - a.written || (a.run < b.run ? 1 : -1)).map(({ file }) => file);
}
