import type { RunContext } from '../context/run-context.ts';

/** A younger attempt has little to lose, and is not checked. */
const MIN_AGE_MS = 10_000;

/**
 * After each landing, finds the running attempts that would conflict with the new target, by merging what an agent
 * has changed so far with the tip. The agents are not disturbed.
 */
export class ConflictWatch {
  readonly #context: Pick<RunContext, 'target' | 'workers' | 'queue' | 'log' | 'clock'>;
  readonly #attempts = new Map<string, { base: string; since: number; told: string }>();
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(context: Pick<RunContext, 'target' | 'workers' | 'queue' | 'log' | 'clock'>) {
    this.#context = context;
  }

  started(ticket: string, base: string): void {
    this.#attempts.set(ticket, { base, since: this.#now(), told: '' });
  }

  ended(ticket: string): void {
    this.#attempts.delete(ticket);
  }

  /**
   * The target has moved: checks one attempt after the other. Never rejects, because nothing depends on the result.
   */
  targetMoved(): void {
    this.#again = true;
    this.#looking ??= this.#lookWhileMoving().finally(() => (this.#looking = undefined));
  }

  /** Resolves when no check is running. */
  async settled(): Promise<void> {
    await this.#looking;
  }

  async #lookWhileMoving(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      for (const ticket of this.#attempts.keys()) await this.#look(ticket).catch(() => {});
    }
  }

  async #look(ticket: string): Promise<void> {
    const { target, workers, queue, log } = this.#context;
    const attempt = this.#attempts.get(ticket);
    if (attempt === undefined || this.#now() - attempt.since < MIN_AGE_MS) return;
    const commit = await workers.preview(ticket);
    const tip = await target.tip();
    if (commit === undefined || tip === undefined) return;
    const files = await queue.predict({ commit, base: attempt.base, target: target.ref });
    const seen = files.toSorted().join('\0');
    // If it has ended in the meantime, its landing will tell.
    if (seen === attempt.told || this.#attempts.get(ticket) !== attempt) return;
    attempt.told = seen;
    if (files.length === 0) return;
    const tickets = await target.ticketsThatChanged(files, attempt.base, tip);
    await log.emit({ event: 'conflict.predicted', ticket, files, tickets });
  }

  #now(): number {
    return this.#context.clock.now().getTime();
  }
}
