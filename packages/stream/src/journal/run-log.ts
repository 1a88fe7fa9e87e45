import { readdir, readFile } from 'node:fs/promises';
import type { RunEvent, RunFact } from './events.ts';
import { Journal, journalFile, parseJournal, runsDirectory } from './journal.ts';
import { RunFold, type RunState } from './run-state.ts';

/** The journal of one run with the state it adds up to; every event goes through here, in order. */
export class RunLog {
  readonly run: string;
  readonly #journal: Journal;
  readonly #fold: RunFold;
  readonly #now: () => Date;
  readonly #onEvent: (event: RunEvent) => void;

  private constructor(
    run: string,
    journal: Journal,
    fold: RunFold,
    now: () => Date,
    onEvent: (event: RunEvent) => void,
  ) {
    this.run = run;
    this.#journal = journal;
    this.#fold = fold;
    this.#now = now;
    this.#onEvent = onEvent;
  }

  static async open(
    root: string,
    run: string,
    earlier: readonly RunEvent[],
    { now, onEvent }: { now: () => Date; onEvent: (event: RunEvent) => void },
  ): Promise<RunLog> {
    return new RunLog(run, await Journal.open(journalFile(root, run)), RunFold.of(earlier), now, onEvent);
  }

  get state(): RunState {
    return this.#fold.state;
  }

  /** Durable when it resolves; readers see it then, never before. */
  async emit(fact: RunFact): Promise<void> {
    const event: RunEvent = { v: 1, run: this.run, time: this.#now().toISOString(), ...fact };
    this.#fold.apply(event);
    await this.#journal.append(event);
    this.#onEvent(event);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}

export interface UnfinishedRun {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly state: RunState;
  /** Lines of its journal that cannot be read: what they told is not known. */
  readonly damaged: readonly number[];
}

/** Runs that did not come to their end, newest first. */
export async function unfinishedRuns(root: string): Promise<UnfinishedRun[]> {
  const names = await readdir(runsDirectory(root)).catch(() => []);
  const found = [];
  for (const run of names.toSorted((a, b) => (a < b ? 1 : -1))) {
    const { events, damaged } = parseJournal(await readFile(journalFile(root, run), 'utf8').catch(() => ''));
    const { state } = RunFold.of(events);
    if (state.run !== '' && state.outcome !== 'finished') found.push({ run, events, state, damaged });
  }
  return found;
}

/** Sorts by start, and is a safe part of a path and of a branch name. */
export function newRunId(now: Date, random: string): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${random}`;
}
