import type { RunEvent } from '@sage/journal';

/** The result of an attempt. `deferred` by its agent; `conflicted` or `rejected` when it was about to land. */
export type AttemptEnd = 'landed' | 'failed' | 'rejected' | 'conflicted' | 'deferred';

/** How many of the newest attempts and landings count, because agents and verify commands change. */
const MAX_ATTEMPTS_KEPT = 200;
/**
 * Adds ten imaginary attempts of which half a one failed. No failure in three attempts does not mean never, and one
 * in one does not mean always.
 */
const PRIOR: Readonly<Partial<Record<AttemptEnd, number>>> = { landed: 9.5, failed: 0.5 };
const ENDS: readonly AttemptEnd[] = ['landed', 'failed', 'rejected', 'conflicted', 'deferred'];

/**
 * Results and costs of attempts, and how long finished work took to land, including the wait in the queue and verify.
 * Fed with the events of runs, oldest first. Attempts that were cut off, or rejected by their account, do not count.
 */
export class TrackRecord {
  readonly #ends: AttemptEnd[] = [];
  readonly #landings: number[] = [];
  /** Of attempts that reported their cost, however they ended. */
  readonly #costs: { readonly usd: number; readonly minutes: number }[] = [];
  /** When the work of each ticket that waits to land was finished (ms). */
  readonly #finished = new Map<string, number>();

  observe(event: RunEvent): void {
    switch (event.event) {
      case 'run.started':
        // Nothing lands between two processes of a run.
        this.#finished.clear();
        return;
      case 'attempt.finished':
        if (event.costUsd !== undefined)
          keepNewest(this.#costs, { usd: event.costUsd, minutes: event.seconds / 60 });
        if (event.outcome === 'completed') this.#finished.set(event.ticket, Date.parse(event.time));
        else if (event.outcome === 'failed' || event.outcome === 'deferred') this.#ended(event.outcome);
        return;
      case 'landing.landed':
        return this.#settled('landed', event);
      case 'landing.rejected':
        return this.#settled('rejected', event);
      case 'landing.conflicted':
        return this.#settled('conflicted', event);
    }
  }

  /** How many attempts it knows. */
  get attempts(): number {
    return this.#ends.length;
  }

  /** Minutes that the newest landings took, shortest first. */
  get landings(): readonly number[] {
    return this.#landings.toSorted((a, b) => a - b);
  }

  /** The share of attempts for each end, 0 to 1. Without any history, every attempt lands. */
  get shares(): ReadonlyMap<AttemptEnd, number> {
    if (this.attempts === 0) return new Map([['landed', 1]]);
    const counts = new Map(ENDS.map((end) => [end, PRIOR[end] ?? 0]));
    for (const end of this.#ends) counts.set(end, counts.get(end)! + 1);
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    return new Map([...counts].map(([end, count]) => [end, count / all]));
  }

  /** USD that a minute of an agent costs; undefined if no attempt reported a cost. */
  get costPerMinute(): number | undefined {
    const sum = (of: 'usd' | 'minutes'): number => this.#costs.reduce((all, one) => all + one[of], 0);
    return sum('minutes') > 0 ? sum('usd') / sum('minutes') : undefined;
  }

  /** The share of attempts after which a ticket is tried again, 0 to 1. */
  get failing(): number {
    const { shares } = this;
    return 1 - (shares.get('landed') ?? 0) - (shares.get('deferred') ?? 0);
  }

  #settled(end: AttemptEnd, { ticket, time }: { ticket: string; time: string }): void {
    const finished = this.#finished.get(ticket);
    if (finished === undefined) return;
    this.#finished.delete(ticket);
    this.#ended(end);
    const minutes = (Date.parse(time) - finished) / 60_000;
    if (minutes >= 0) keepNewest(this.#landings, minutes);
  }

  #ended(end: AttemptEnd): void {
    keepNewest(this.#ends, end);
  }
}

function keepNewest<T>(list: T[], one: T): void {
  list.push(one);
  if (list.length > MAX_ATTEMPTS_KEPT) list.shift();
}
