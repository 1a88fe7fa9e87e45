import { listProcesses, type ProcessEntry, processIdentity, withDescendants } from './process-table.ts';

/** Time between two checks: short after the start, longer later. */
const FIRST_LOOK_MS = 50;
const LATER_LOOKS_MS = 1_000;

/**
 * Records the processes that a process starts while it is alive. After their parent has ended, processes that have
 * left its session and dropped its environment could no longer be attributed to it.
 */
export class Descendants {
  readonly #leader: number;
  readonly #known = new Map<string, ProcessEntry>();
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(leader: number) {
    this.#leader = leader;
    this.#lookIn(FIRST_LOOK_MS);
  }

  /** Includes processes that have ended since. */
  known(): readonly ProcessEntry[] {
    return [...this.#known.values()];
  }

  /** Records all that are running now. */
  async look(): Promise<void> {
    const table = await processesNow();
    // Compared by identity, because the pid of an ended process may have been reused.
    const alive = table.filter(
      (entry) => entry.pid === this.#leader || this.#known.has(processIdentity(entry)),
    );
    for (const entry of withDescendants(table, alive)) this.#known.set(processIdentity(entry), entry);
  }

  stop(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }

  #lookIn(pause: number): void {
    this.#timer = setTimeout(() => {
      void this.look()
        .catch(() => {})
        .finally(() => !this.#over && this.#lookIn(Math.min(pause * 2, LATER_LOOKS_MS)));
    }, pause);
  }
}

/** A listing is shared by all callers that ask while it is taken, and for a moment after. */
let taken: { at: number; table: Promise<ProcessEntry[]> } | undefined;
const FRESH_MS = 40;

function processesNow(): Promise<ProcessEntry[]> {
  const now = performance.now();
  if (taken === undefined || now - taken.at > FRESH_MS) taken = { at: now, table: listProcesses() };
  return taken.table;
}
