import { LimitError } from './errors.ts';
import { type Plannable, ranked } from './ranked-backlog.ts';
import { plannedDurations, simulate } from './simulate.ts';
import type { Simulation, SimulationOptions } from './simulate.ts';

/** Minutes within which four of five tickets of a kind stay. */
export interface DurationRange {
  readonly low: number;
  readonly high: number;
}

/** How it goes with a ticket: its attempts, all but the last of which fail. */
export interface Course {
  /** For each attempt the minutes from its end until its result counts; see `landingOf` of {@link SimulationOptions}. */
  readonly landings: readonly number[];
  /** Whether the last attempt fails, too, and the ticket is given up. */
  readonly deferred: boolean;
}

export interface ForecastOptions extends Omit<SimulationOptions, 'durationOf' | 'attemptsOf' | 'isDeferred'> {
  /** How long each ticket may take, log-normal; by default exactly its duration. */
  readonly rangeOf: (id: string) => DurationRange | undefined;
  /**
   * Draws how it goes with a ticket; for one under way or landing the first attempt is that one. Without it every
   * first attempt succeeds.
   */
  readonly courseOf?: ((id: string, random: () => number) => Course) | undefined;
  /** How often the run is simulated; by default 2 to 200 times, less often the more tickets there are. */
  readonly runs?: number;
}

export interface Forecast extends Simulation {
  /** Minutes within which half of the runs are over. More than `makespan`, as late tickets delay others. */
  readonly expected: number;
  /** Four of five runs take between these. */
  readonly low: number;
  readonly high: number;
  /** What the attempts of a run cost, in the unit of `costPerMinute`: of half of the runs no more than `expected`. */
  readonly costs: { readonly expected: number; readonly low: number; readonly high: number };
}

/** Quantile of 0.9 of the normal distribution. */
const NORMAL_QUANTILE_90 = 1.2816;

/** So often a duration is drawn for a ticket that has run for some time, to get one that is longer. */
const DEFAULT_DRAWS = 20;

/**
 * The run as planned, and how long it may take: simulated again and again with durations and courses that are drawn,
 * always the same ones. Tickets vary independently of each other. Those under way take longer than they have run.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 * @throws {LimitError} unless `runs` is one.
 */
export function forecast(tickets: Plannable, options: ForecastOptions): Forecast {
  const backlog = ranked(tickets, options);
  // A larger backlog varies less, and takes longer to simulate.
  const size = Math.max(1, backlog.tickets.length);
  const runs = options.runs ?? Math.max(2, Math.min(200, Math.floor(200_000 / size)));
  const draws = forecastDraws(backlog, { ...options, runs });
  for (;;) {
    const { done, value } = draws.next();
    if (done) return value;
  }
}

/** {@link forecast} in steps, one for each simulation: for who has other things to do in between. */
export function* forecastDraws(
  tickets: Plannable,
  { rangeOf, courseOf, runs, ...rest }: ForecastOptions & { readonly runs: number },
): Generator<void, Forecast> {
  if (!Number.isInteger(runs) || runs < 1) throw new LimitError('runs', runs);
  const backlog = ranked(tickets, rest);
  const planned = simulate(backlog, rest);
  const plannedOf = plannedDurations(backlog.open);
  const random = seeded(1);
  const ids = [
    ...new Set([...(rest.landing ?? new Map()).keys(), ...planned.assignments.map(({ id }) => id)]),
  ];
  const laws = ids.map(lawOf);
  const placeOf = placesOf(ids);
  const minutes = new Float64Array(ids.length);
  const courses: Course[] = [];
  const spans: number[] = [];
  const costs: number[] = [];
  while (spans.length < runs) {
    yield;
    laws.forEach((law, place) => (minutes[place] = drawMinutes(law)));
    if (courseOf) ids.forEach((id, place) => (courses[place] = courseOf(id, random)));
    const { makespan, cost } = simulate(backlog, {
      ...rest,
      durationOf: (id) => minutes[placeOf(id)]!,
      ...(courseOf && {
        attemptsOf: (id: string) => courses[placeOf(id)]!.landings.length,
        landingOf: (id: string, attempt: number) => courses[placeOf(id)]!.landings[attempt - 1]!,
        isDeferred: (id: string) => courses[placeOf(id)]!.deferred,
      }),
    });
    spans.push(makespan);
    costs.push(cost);
  }
  return { ...planned, ...middleOf(spans), costs: middleOf(costs) };

  function lawOf(id: string): DurationLaw {
    const range = rangeOf(id);
    // An impossible range would never let the simulation end.
    if (!range || !(range.low > 0 && range.high < Infinity)) return { always: plannedOf(id) };
    return {
      middle: (Math.log(range.low) + Math.log(range.high)) / 2,
      deviation: (Math.log(range.high) - Math.log(range.low)) / (2 * NORMAL_QUANTILE_90),
      elapsed: rest.underWay?.get(id) ?? 0,
    };
  }

  function drawMinutes(law: DurationLaw): number {
    if ('always' in law) return law.always;
    const { middle, deviation, elapsed } = law;
    const draw = (): number => Math.exp(middle + deviation * normal(random));
    let drawn = draw();
    for (let more = 1; drawn <= elapsed && more < DEFAULT_DRAWS; more++) drawn = draw();
    return drawn;
  }
}

/** How a ticket's minutes are drawn: as a logarithm that is normal, and longer than it has run. */
type DurationLaw =
  | { readonly always: number }
  | { readonly middle: number; readonly deviation: number; readonly elapsed: number };

/** Where each id stands. One id is asked for several times in a row. */
function placesOf(ids: readonly string[]): (id: string) => number {
  const places = new Map<string, number>();
  for (let place = 0; place < ids.length; place++) places.set(ids[place]!, place);
  let lastId: string | undefined;
  let lastPlace = -1;
  return (id) => {
    if (id !== lastId) [lastId, lastPlace] = [id, places.get(id)!];
    return lastPlace;
  };
}

/** From this many values on, quantiles are taken from the values themselves. */
const MIN_SORTED = 20;
/** Quantile of 0.9 of Student's t distribution, for 1, 2, ... degrees of freedom. */
const STUDENT_QUANTILES_90 = [
  3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341,
  1.337, 1.333, 1.33,
];

/** The median, and what four of five further values are between. */
function middleOf(values: readonly number[]): { low: number; expected: number; high: number } {
  const count = values.length;
  if (count > 1 && count < MIN_SORTED) {
    // The prediction interval of a normal distribution: so few are drawn only of sums of thousands of tickets.
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    const reach = STUDENT_QUANTILES_90[count - 2]! * Math.sqrt(variance * (1 + 1 / count));
    return { low: Math.max(0, mean - reach), expected: mean, high: mean + reach };
  }
  const sorted = values.toSorted((a, b) => a - b);
  return { low: quantile(sorted, 0.1), expected: quantile(sorted, 0.5), high: quantile(sorted, 0.9) };
}

/**
 * At the place share * (n + 1) of n sorted values, between two of them where it is not a whole number (Weibull 1939): a
 * further value is below it with that chance, however few there are.
 */
function quantile(sorted: readonly number[], share: number): number {
  const place = Math.max(0, Math.min(sorted.length - 1, share * (sorted.length + 1) - 1));
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** mulberry32: the same backlog always has the same forecast. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
