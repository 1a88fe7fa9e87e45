/** A ticket is deferred when it alone was turned away this often. */
const MAX_TIMES = 5;

interface Refused {
  times: number;
  /** Whether the attempt of another ticket has come through since the last time, and ever since the first one. */
  othersSince: boolean;
  othersEver: boolean;
}

const NEVER: Refused = { times: 0, othersSince: false, othersEver: false };

/**
 * Tickets whose attempts ended by a limit of the account, or by the machine, and are not counted. One that is turned away
 * while others come through must not keep them from a worker, nor be tried without end.
 */
export class TurnedAway {
  readonly #tickets = new Map<string, Refused>();

  add(ticket: string, by: 'account' | 'machine'): void {
    const { times, othersSince, othersEver } = this.#tickets.get(ticket) ?? NEVER;
    // Without another that came through meanwhile, a machine fails everyone.
    const counts = by === 'account' || othersSince;
    this.#tickets.set(ticket, { times: times + (counts ? 1 : 0), othersSince: false, othersEver });
  }

  /** The attempt of a ticket has come through. */
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

  /** How often it was turned away, if that counts as its own fault by now. */
  timesAlone(ticket: string): number | undefined {
    const refused = this.#tickets.get(ticket);
    return refused?.othersEver && refused.times >= MAX_TIMES ? refused.times : undefined;
  }
}
