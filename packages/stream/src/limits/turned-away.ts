/** A ticket is deferred if it alone was turned away this often. */
const MAX_TIMES = 5;

interface Refused {
  times: number;
  /** Whether another ticket's attempt has succeeded since the last time, and since the first time. */
  othersSince: boolean;
  othersEver: boolean;
}

const NEVER: Refused = { times: 0, othersSince: false, othersEver: false };

/**
 * Tickets whose attempts ended because of a limit of the account, or of the machine, and were not counted. If a
 * ticket is turned away while others succeed, it must not keep them from a worker, and must not be retried for ever.
 */
export class TurnedAway {
  readonly #tickets = new Map<string, Refused>();

  add(ticket: string, by: 'account' | 'machine'): void {
    const { times, othersSince, othersEver } = this.#tickets.get(ticket) ?? NEVER;
    // Unless another ticket has succeeded since, a failing machine affects everyone.
    const counts = by === 'account' || othersSince;
    this.#tickets.set(ticket, { times: times + (counts ? 1 : 0), othersSince: false, othersEver });
  }

  /** The attempt of a ticket has ended with a result. */
  gotThrough(ticket: string): void {
    this.#tickets.delete(ticket);
    for (const other of this.#tickets.values()) {
      other.othersSince = true;
      other.othersEver = true;
    }
  }

  /** Whether others go first. */
  letsOthersPass(ticket: string): boolean {
    return this.#tickets.get(ticket)?.othersSince === false;
  }

  /** How often it was turned away, if that now counts as its own fault. */
  timesAlone(ticket: string): number | undefined {
    const refused = this.#tickets.get(ticket);
    return refused?.othersEver && refused.times >= MAX_TIMES ? refused.times : undefined;
  }
}
