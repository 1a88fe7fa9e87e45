import type { RunEvent, RunFact } from './events.ts';
import { Journal, journalFile } from './journal.ts';
import { RunFold } from './run-fold.ts';
import type { RunState } from './run-state.ts';

/** The journal of one run, together with the state folded from it. Every event goes through here, in order. */
export class RunLog {
  readonly run: string;
  readonly #journal: Journal;
  readonly #fold: RunFold;
  readonly #now: () => Date;
  readonly #listeners: ((event: RunEvent) => void)[] = [];

  private constructor(run: string, journal: Journal, fold: RunFold, now: () => Date) {
    this.run = run;
    this.#journal = journal;
    this.#fold = fold;
    this.#now = now;
  }

  /** Opens the log of a new run, or of a resumed run with its `earlier` events. */
  static async open(
    root: string,
    run: string,
    earlier: readonly RunEvent[],
    now: () => Date,
  ): Promise<RunLog> {
    return new RunLog(run, await Journal.open(journalFile(root, run)), RunFold.of(earlier), now);
  }

  /** Calls the listener with each later event, once the event is durable. */
  subscribe(listener: (event: RunEvent) => void): void {
    this.#listeners.push(listener);
  }

  get state(): RunState {
    return this.#fold.state;
  }

  /** Resolves when the event is durable. Readers never see it earlier. */
  async emit(fact: RunFact): Promise<void> {
    const event: RunEvent = { v: 2, run: this.run, time: this.#now().toISOString(), ...fact };
    this.#fold.apply(event);
    await this.#journal.append(event);
    for (const listener of this.#listeners) listener(event);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }
}

/** An id that sorts by start time, and is safe in paths and branch names. */
export function newRunId(now: Date, random: string): string {
  return `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')}-${random}`;
}
