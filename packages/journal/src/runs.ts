import { readdir, readFile, stat } from 'node:fs/promises';
import { NoSuchRunError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { journalFile, parseJournal, runsDirectory } from './journal.ts';
import { RunFold } from './run-fold.ts';
import type { RunState } from './run-state.ts';

/** The folder of a run in a repository. */
export interface RunFile {
  readonly run: string;
  /** Path of its journal. */
  readonly file: string;
  /** When the journal was last written, in ms since the epoch; 0 if there is none yet. */
  readonly modified: number;
}

/** A run as recorded in its journal. */
export interface RecordedRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** 1-based numbers of journal lines that could not be read. */
  readonly damaged: readonly number[];
}

/** The runs of a repository, newest first. `root` is the top of its work tree. */
export async function listRuns(root: string): Promise<RunFile[]> {
  const names = await readdir(runsDirectory(root)).catch(() => []);
  return Promise.all(
    names
      .toSorted((a, b) => (a < b ? 1 : -1))
      .map(async (run) => {
        const file = journalFile(root, run);
        const modified = (await stat(file).catch(() => undefined))?.mtimeMs ?? 0;
        return { run, file, modified };
      }),
  );
}

/**
 * Reads one run.
 * @throws {NoSuchRunError}
 */
export async function readRun(root: string, run: string): Promise<RecordedRun> {
  const text = await readFile(journalFile(root, run), 'utf8').catch((cause: unknown) => {
    throw new NoSuchRunError(run, { cause });
  });
  const { events, damaged } = parseJournal(text);
  return { run, events, state: RunFold.of(events).state, damaged };
}

function isOver({ outcome }: RunState): boolean {
  return outcome === 'finished' || outcome === 'abandoned';
}

/** Runs that did not finish, newest first. A journal that cannot be read is skipped. */
export async function unfinishedRuns(root: string): Promise<RecordedRun[]> {
  const found: RecordedRun[] = [];
  for (const { run } of await listRuns(root)) {
    const recorded = await readRun(root, run).catch(() => undefined);
    if (recorded && recorded.state.run !== '' && !isOver(recorded.state)) found.push(recorded);
  }
  return found;
}
