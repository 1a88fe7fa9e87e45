/**
 * Phases are numbers because the hottest loops read them. `held` failed and waits for its pause to end. `outside` is
 * open, but not in the selection. Completed, deferred and cancelled are final.
 */
export const PHASE = {
  waiting: 0,
  ready: 1,
  held: 2,
  running: 3,
  completed: 4,
  deferred: 5,
  cancelled: 6,
  outside: 7,
} as const;

export type PhaseName = keyof typeof PHASE;
export type Phase = (typeof PHASE)[PhaseName];

/** By code. */
const NAMES = Object.keys(PHASE) as PhaseName[];
const NOWHERE = 255;

export interface Transition {
  readonly name: string;
  /** The phase that it leads to, indexed by the phase that it starts from. */
  readonly next: Uint8Array;
}

/** Every change of phase. `unblocked` and `closed` (for containers) follow from the completion of other tickets. */
export const TRANSITION = {
  unblocked: transition('unblocked', { waiting: 'ready' }),
  closed: transition('closed', { waiting: 'completed' }),
  started: transition('started', { ready: 'running' }),
  completed: transition('completed', { running: 'completed' }),
  released: transition('released', { running: 'ready' }),
  failed: transition('failed', { running: 'held' }),
  due: transition('due', { held: 'ready' }),
  deferred: transition('deferred', {
    waiting: 'deferred',
    ready: 'deferred',
    held: 'deferred',
    running: 'deferred',
  }),
  cancelled: transition('cancelled', {
    waiting: 'cancelled',
    ready: 'cancelled',
    held: 'cancelled',
    running: 'cancelled',
  }),
};

function transition(name: string, table: Partial<Record<PhaseName, PhaseName>>): Transition {
  const next = Uint8Array.from(NAMES, (from) => {
    const to = table[from];
    return to === undefined ? NOWHERE : PHASE[to];
  });
  return { name, next };
}

/** Read-only access to phases. */
export type Phases = Pick<PhaseList, 'is'>;

/** The phases of many tickets, one byte each, and how many tickets are in each phase. */
export class PhaseList {
  readonly #codes: Uint8Array;
  /** 1 for a container. */
  readonly #containers: Uint8Array;
  /** By code. */
  readonly #counts = new Int32Array(NAMES.length);

  /** `codes` has the initial phases. The list takes ownership of it. */
  constructor(codes: Uint8Array, containers: Uint8Array) {
    this.#codes = codes;
    this.#containers = containers;
    for (let ticket = 0; ticket < codes.length; ticket++)
      if (containers[ticket] === 0) this.#counts[codes[ticket]!]!++;
  }

  get size(): number {
    return this.#codes.length;
  }

  at(ticket: number): Phase {
    return this.#codes[ticket] as Phase;
  }

  nameOf(ticket: number): PhaseName {
    return NAMES[this.#codes[ticket]!]!;
  }

  is(ticket: number, phase: Phase): boolean {
    return this.#codes[ticket] === phase;
  }

  /** How many tickets are in a phase, without containers. */
  count(phase: Phase): number {
    return this.#counts[phase]!;
  }

  /** Returns whether the transition was made. If it does not start from the ticket's phase, nothing changes. */
  move(ticket: number, { next }: Transition): boolean {
    const from = this.#codes[ticket]!;
    const to = next[from]!;
    if (to === NOWHERE) return false;
    this.#codes[ticket] = to;
    if (this.#containers[ticket] === 0) {
      this.#counts[from]!--;
      this.#counts[to]!++;
    }
    return true;
  }
}

/** Phases in which a ticket will never be completed. */
export function isGivenUp(phase: Phase): boolean {
  return phase === PHASE.deferred || phase === PHASE.cancelled || phase === PHASE.outside;
}
