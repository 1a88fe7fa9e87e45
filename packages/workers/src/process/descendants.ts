import { listProcesses, type ProcessEntry, processIdentity, withDescendants } from './process-table.ts';

/** Between two looks: soon after the start, then from time to time. */
const FIRST_LOOK_MS = 50;
const LATER_LOOKS_MS = 1_000;

/**
 * Records what a process starts as long as it lives: one that leaves its session and forgets its environment belongs
 * to nobody as soon as its parent has ended.
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

  /** Whoever has ended meanwhile is in it, too. */
  known(): readonly ProcessEntry[] {
    return [...this.#known.values()];
  }

  /** Takes in all that run now. */
  async look(): Promise<void> {
    const table = await processesNow();
    // By identity: the pid of one that has ended may be somebody else's.
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

/** One look serves all that ask while it is taken, and for a moment after. */
let taken: { at: number; table: Promise<ProcessEntry[]> } | undefined;
const FRESH_MS = 40;

function processesNow(): Promise<ProcessEntry[]> {
  const now = performance.now();
  if (taken === undefined || now - taken.at > FRESH_MS) taken = { at: now, table: listProcesses() };
  return taken.table;
}
