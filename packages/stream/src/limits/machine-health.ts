/** Pauses after the machine has failed: the first one, and how many follow it, each twice as long. */
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSES = 6;

export const FIX_AND_RESUME = 'fix that, then run sage stream --resume';

/** Why a run stops that has waited for the machine in vain. */
export function machineFailed(what: string): string {
  return `this machine cannot continue (${MAX_PAUSES + 1} times in a row): ${what}; ${FIX_AND_RESUME}`;
}

/**
 * A full disk, or a setup command without its network, fails every ticket. Nothing starts for a while after such a
 * failure, longer each time; once it has failed after the last pause as well, a person has to look.
 */
export class MachineHealth {
  readonly #now: () => number;
  #pauses = 0;
  #closedUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds until starts are allowed; 0 when they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /** Returns the pause in milliseconds; undefined if waiting is of no use. Failures during a pause count once. */
  failed(): number | undefined {
    if (this.remaining() > 0) return this.remaining();
    if (this.#pauses === MAX_PAUSES) return undefined;
    this.#closedUntil = this.#now() + FIRST_PAUSE_MS * 2 ** this.#pauses;
    this.#pauses += 1;
    return this.remaining();
  }

  /** An agent could work. */
  worked(): void {
    this.#pauses = 0;
  }
}
