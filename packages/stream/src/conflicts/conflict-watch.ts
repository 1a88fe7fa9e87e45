import { decodeTrailer, TICKET_TRAILER } from '@sage/commit-queue';
import { findTrailers, readRef, type Repository } from '@sage/git';
import type { Workers } from '@sage/workers';
import type { Clock } from '../clock.ts';
import type { Landing } from '../landing/landing.ts';
import type { RunLog } from '../journal/run-log.ts';

/** An attempt that has just begun has little to lose, and is not looked at (ms). */
const YOUNG = 10_000;

export interface ConflictWatchOptions {
  readonly repository: Repository;
  readonly target: string;
  readonly workers: Pick<Workers, 'preview' | 'workRepository'>;
  readonly landing: Pick<Landing, 'queue'>;
  readonly log: Pick<RunLog, 'emit'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * After each landing, tells which of the attempts under way would conflict with the target as it is now. What an
 * agent has in its worktree at that moment is merged with the tip, and forgotten.
 */
export class ConflictWatch {
  readonly #options: ConflictWatchOptions;
  readonly #attempts = new Map<string, { base: string; since: number; told: string }>();
  #looking: Promise<void> | undefined;
  #again = false;

  constructor(options: ConflictWatchOptions) {
    this.#options = options;
  }

  started(ticket: string, base: string): void {
    this.#attempts.set(ticket, { base, since: this.#now(), told: '' });
  }

  ended(ticket: string): void {
    this.#attempts.delete(ticket);
  }

  /** The target has moved. Looks at one attempt after the other; never rejects, as nothing depends on it. */
  targetMoved(): void {
    this.#again = true;
    this.#looking ??= this.#lookWhileMoving().finally(() => (this.#looking = undefined));
  }

  /** Resolves when nothing is looked at any more. */
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
    const { repository, target, workers, landing, log } = this.#options;
    const attempt = this.#attempts.get(ticket);
    if (attempt === undefined || this.#now() - attempt.since < YOUNG) return;
    const commit = await workers.preview(ticket);
    const tip = await readRef(repository, target);
    if (commit === undefined || tip === undefined) return;
    const source = workers.workRepository;
    const files = await landing.queue.predict({ commit, target, ...(source !== undefined && { source }) });
    const seen = files.toSorted().join('\0');
    // It may have ended meanwhile, and then its landing says so.
    if (seen === attempt.told || this.#attempts.get(ticket) !== attempt) return;
    attempt.told = seen;
    if (files.length === 0) return;
    const hits = await findTrailers(repository, attempt.base, tip, TICKET_TRAILER, files);
    const tickets = [...new Set(hits.flatMap(({ values }) => values.map(decodeTrailer)))].toReversed();
    await log.emit({ event: 'conflict.predicted', ticket, files, tickets });
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}
