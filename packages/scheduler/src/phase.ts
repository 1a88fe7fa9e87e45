/**
 * `held` failed and waits for its pause to be over; `outside` is open, but not in the selection. Completed,
 * deferred and cancelled tickets stay what they are.
 */
export type TicketPhase = (typeof PHASES)[number];

const PHASES = [
  'waiting',
  'ready',
  'held',
  'running',
  'completed',
  'deferred',
  'cancelled',
  'outside',
] as const;

/** Every change of phase there is. `unblocked` and `closed` (of a container) follow from the completion of others. */
const transitions = {
  unblocked: { waiting: 'ready' },
  closed: { waiting: 'completed' },
  started: { ready: 'running' },
  completed: { running: 'completed' },
  released: { running: 'ready' },
  failed: { running: 'held' },
  due: { held: 'ready' },
  deferred: { waiting: 'deferred', ready: 'deferred', held: 'deferred', running: 'deferred' },
  cancelled: { waiting: 'cancelled', ready: 'cancelled', held: 'cancelled', running: 'cancelled' },
} as const satisfies Record<string, Partial<Record<TicketPhase, TicketPhase>>>;

export type Transition = keyof typeof transitions;

/** What asks for phases only. */
export type Phases = Pick<PhaseList, 'is'>;

/** The phases of many tickets, a byte each, and how many tickets are in each. */
export class PhaseList {
  readonly #codes: Uint8Array;
  readonly #containers: ReadonlySet<number>;
  /** By code. */
  readonly #counts = new Int32Array(PHASES.length);

  constructor(size: number, containers: ReadonlySet<number>, phaseAtStart: (node: number) => TicketPhase) {
    this.#containers = containers;
    this.#codes = new Uint8Array(size);
    for (let node = 0; node < size; node++) {
      const code = CODES[phaseAtStart(node)];
      this.#codes[node] = code;
      if (!containers.has(node)) this.#counts[code]!++;
    }
  }

  get size(): number {
    return this.#codes.length;
  }

  at(node: number): TicketPhase {
    return PHASES[this.#codes[node]!]!;
  }

  is(node: number, phase: TicketPhase): boolean {
    return this.#codes[node] === CODES[phase];
  }

  /** How many are in it, without containers. */
  count(phase: TicketPhase): number {
    return this.#counts[CODES[phase]]!;
  }

  /** Where a transition leads; undefined, and nothing has changed, where it does not start from the node's phase. */
  move(node: number, transition: Transition): TicketPhase | undefined {
    const code = this.#codes[node]!;
    const next = NEXT[transition][code]!;
    if (next === NOWHERE) return undefined;
    this.#codes[node] = next;
    if (!this.#containers.has(node)) {
      this.#counts[code]!--;
      this.#counts[next]!++;
    }
    return PHASES[next];
  }
}

const NOWHERE = 255;

const CODES = Object.fromEntries(PHASES.map((phase, code) => [phase, code])) as Record<TicketPhase, number>;

/** By transition, then by the code of the phase: the code of the next one. */
const NEXT = Object.fromEntries(
  Object.entries(transitions).map(
    ([transition, table]: [string, Partial<Record<TicketPhase, TicketPhase>>]) => [
      transition,
      Uint8Array.from(PHASES, (phase) => CODES[table[phase]!] ?? NOWHERE),
    ],
  ),
) as Record<Transition, Uint8Array>;

/** Phases in which a ticket will never be completed. */
export function isGivenUp(phase: TicketPhase): boolean {
  return phase === 'deferred' || phase === 'cancelled' || phase === 'outside';
}
