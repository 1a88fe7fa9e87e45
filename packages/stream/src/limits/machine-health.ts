import { thenResume } from './then-resume.ts';

/**
 * The first pause after the machine has failed, and how many pauses follow. Each is twice as long as the one before.
 */
const FIRST_PAUSE_MS = 2_000;
const MAX_PAUSES = 6;

/** The reason for ending a run that has waited for the machine in vain. */
export function machineFailed(what: string, resumeLine?: string): string {
  const times = `${MAX_PAUSES + 1} times in a row`;
  return `this machine cannot continue (${times}): ${what}; ${thenResume('fix that', resumeLine)}`;
}

/**
 * A full disk, or a setup command without network, fails every ticket. After such a failure nothing starts for a
 * while, longer each time. If the machine fails again after the last pause, a person has to look.
 */
export class MachineHealth {
  readonly #now: () => number;
  #pauses = 0;
  #closedUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds until starts are allowed; 0 if they are. */
  remaining(): number {
    return Math.max(0, this.#closedUntil - this.#now());
  }

  /** Returns the pause in milliseconds; undefined if waiting is pointless. Failures during a pause count once. */
  failed(): number | undefined {
    if (this.remaining() > 0) return this.remaining();
    if (this.#pauses === MAX_PAUSES) return undefined;
    this.#closedUntil = this.#now() + FIRST_PAUSE_MS * 2 ** this.#pauses;
    this.#pauses += 1;
    return this.remaining();
  }

  /** An agent was able to work. */
  worked(): void {
    this.#pauses = 0;
  }
}
