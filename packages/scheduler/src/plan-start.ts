import { isRunnable, type SchedulerTicket } from './backlog.ts';
import { type Exclusions, exclusionsOf } from './exclusions.ts';
import { PHASE, type Phase } from './phase.ts';
import type { RankedBacklog } from './ranked-backlog.ts';

/** What decides how a plan of a ranked backlog begins. */
export interface StartRules {
  readonly only: ReadonlySet<string> | undefined;
  readonly limits: ReadonlyMap<string, number>;
  /** The phases that open tickets of the list are in already: running ones keep running, deferred ones stay deferred. */
  readonly earlier?: ReadonlyMap<string, Phase> | undefined;
}

/** How every plan of a ranked backlog by the same rules begins. For reading only, as several plans share it. */
export interface PlanStart {
  /** The phases by place. */
  readonly codes: Uint8Array;
  /** 1 for a container, by place. */
  readonly containers: Uint8Array;
  /** The position of a place in the whole list, and the other way round: -1 for one that is completed. */
  readonly positionOf: Int32Array;
  readonly placeAt: Int32Array;
  readonly exclusions: Exclusions;
}

/** Simulations of a backlog are many, and by the same rules. */
const last = new WeakMap<RankedBacklog, { readonly rules: StartRules; readonly start: PlanStart }>();

export function planStart(backlog: RankedBacklog, rules: StartRules): PlanStart {
  const known = last.get(backlog);
  if (
    known?.rules.only === rules.only &&
    known?.rules.limits === rules.limits &&
    known?.rules.earlier === rules.earlier
  )
    return known.start;
  const start = makeStart(backlog, rules);
  last.set(backlog, { rules, start });
  return start;
}

function makeStart(
  { tickets: all, open, rows }: RankedBacklog,
  { only, limits, earlier }: StartRules,
): PlanStart {
  const { tickets, graph } = open;
  const { places, waitsFor } = rows;
  const containers = new Uint8Array(graph.size);
  const codes = new Uint8Array(graph.size);
  for (let node = 0; node < graph.size; node++) {
    const ticket = tickets[node]!;
    const place = places[node]!;
    if (ticket.container) containers[place] = 1;
    codes[place] = phaseAtStart(ticket, only, earlier?.get(ticket.id), waitsFor[place]! > 0);
  }
  const positionOf = new Int32Array(graph.size);
  const placeAt = new Int32Array(all.length).fill(-1);
  for (let position = 0, node = 0; position < all.length; position++) {
    if (all[position]!.state === 'COMPLETED') continue;
    const place = places[node++]!;
    positionOf[place] = position;
    placeAt[position] = place;
  }
  return { codes, containers, positionOf, placeAt, exclusions: exclusionsOf(open, places, limits) };
}

/** `before` is its phase before everything was ranked again, if it had one. */
function phaseAtStart(
  ticket: SchedulerTicket,
  only: ReadonlySet<string> | undefined,
  before: Phase | undefined,
  waits: boolean,
): Phase {
  if (before !== undefined && before !== PHASE.ready && !(before === PHASE.held && waits)) return before;
  if (!isRunnable(ticket)) return PHASE.deferred;
  return ticket.container || !only || only.has(ticket.id) ? PHASE.waiting : PHASE.outside;
}
