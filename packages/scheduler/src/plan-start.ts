import { isRunnable, type SchedulerTicket } from './backlog.ts';
import { type Exclusions, exclusionsOf } from './exclusions.ts';
import { PHASE, type Phase } from './phase.ts';
import type { RankedBacklog } from './ranked-backlog.ts';

/** The rules that decide how a plan of a ranked backlog begins. */
export interface StartRules {
  readonly only: ReadonlySet<string> | undefined;
  readonly limits: ReadonlyMap<string, number>;
  /** Phases that open tickets are already in: running ones keep running, deferred ones stay deferred. */
  readonly earlier?: ReadonlyMap<string, Phase> | undefined;
}

/** The common starting point of all plans of a ranked backlog by the same rules. Shared, hence read-only. */
export interface PlanStart {
  /** The phases by place. */
  readonly codes: Uint8Array;
  /** 1 for a container, by place. */
  readonly containers: Uint8Array;
  /** Position in the whole list by place, and place by position (-1 if completed). */
  readonly positionOf: Int32Array;
  readonly placeAt: Int32Array;
  readonly exclusions: Exclusions;
}

/** Cached, because a backlog is simulated many times by the same rules. */
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

/** `before` is the phase before re-ranking, if there was one. */
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
