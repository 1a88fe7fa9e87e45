import { LimitError } from './errors.ts';
import { type Plannable, ranked } from './ranked-backlog.ts';
import { runThrough, simulationOf } from './simulate.ts';
import type { Assignment, Simulation, SimulationOptions } from './simulate.ts';
import { spreadOf } from './spread.ts';

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
  readonly rangeOf: (id: string, index: number) => DurationRange | undefined;
  /**
   * Draws how it goes with a ticket; for one under way or landing the first attempt is that one. Without it every
   * first attempt succeeds.
   */
  readonly courseOf?: ((id: string, random: () => number) => Course) | undefined;
  /** How often the run is simulated with what is drawn; by default 1 to 200 times, less often the more tickets there are. */
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
  const runs = options.runs ?? usualRuns(backlog.tickets.length);
  const draws = forecastDraws(backlog, { ...options, runs });
  for (;;) {
    const { done, value } = draws.next();
    if (done) return value;
  }
}

/** A larger backlog varies less, and takes longer to simulate. */
function usualRuns(size: number): number {
  const runs = Math.min(200, Math.floor(200_000 / Math.max(1, size)));
  return runs < MIN_STUDENT ? 1 : runs;
}

/** Fewer runs say less of how they vary than the tickets of one do. */
const MIN_STUDENT = 4;

/** {@link forecast} in steps, one for each simulation: for who has other things to do in between. */
export function* forecastDraws(
  tickets: Plannable,
  { rangeOf, courseOf, runs, ...rest }: ForecastOptions & { readonly runs: number },
): Generator<void, Forecast> {
  if (!Number.isInteger(runs) || runs < 1) throw new LimitError('runs', runs);
  const backlog = ranked(tickets, rest);
  const { durations, graph } = backlog.open;
  const assignments: Assignment[] = [];
  /** By index. */
  const laws: (DurationLaw | undefined)[] = Array.from({ length: graph.size });
  /** Indexes in the order in which they are drawn. */
  const known: number[] = [];
  const know = (id: string, index: number): void => {
    if (laws[index] !== undefined) return;
    laws[index] = lawOf(id, index);
    known.push(index);
  };
  for (const id of rest.landing?.keys() ?? []) know(id, graph.indexOf(id));
  const totals = runThrough(backlog, rest, (assignment, index) => {
    assignments.push(assignment);
    know(assignment.id, index);
  });
  const planned = simulationOf(totals, assignments, rest);
  const random = seeded(1);
  const minutes = new Float64Array(graph.size);
  const drawn: (Course | undefined)[] = [];
  const asDrawn: SimulationOptions = {
    ...rest,
    durationOf: (_, index) => minutes[index]!,
    ...(courseOf && {
      attemptsOf: (_: string, index: number) => drawn[index]!.landings.length,
      landingOf: (_: string, attempt: number, index: number) => drawn[index]!.landings[attempt - 1]!,
      isDeferred: (_: string, index: number) => drawn[index]!.deferred,
    }),
  };
  const spans: number[] = [];
  const works: number[] = [];
  while (spans.length < runs) {
    yield;
    for (const index of known) minutes[index] = drawMinutes(index);
    if (courseOf) for (const index of known) drawn[index] = courseOf(graph.ids[index]!, random);
    const run = known.every(goesAsPlanned) ? totals : runThrough(backlog, asDrawn);
    spans.push(run.makespan);
    works.push(run.work);
    // One says how all vary only where none is given up: with a ticket, all that waits for it is.
    if (runs === 1 && drawn.some((course) => course?.deferred)) runs = MIN_STUDENT;
  }
  const { costPerMinute = 0 } = rest;
  const costs = works.map((work) => work * costPerMinute);
  if (spans.length > 1) return { ...planned, ...middleOf(spans), costs: middleOf(costs) };
  const attempts = (index: number): number => drawn[index]?.landings.length ?? 1;
  const { work, chain, luck } = spreadOf(backlog, known, {
    took: (index) => minutes[index]! * attempts(index),
    usual: (index) => usualMinutes(index) * attempts(index),
  });
  const [span = 0, cost = 0] = [spans[0], costs[0]].map((one) => one! / luck);
  const perWorker = work / rest.workers;
  // What a chain takes, and how often tickets are tried, is as it was drawn.
  const unknown = chain > perWorker ? chain : courseOf ? perWorker : 0;
  return {
    ...planned,
    ...around(span, Math.hypot(Math.max(chain, perWorker), unknown)),
    costs: around(cost, costPerMinute * Math.hypot(work, courseOf ? work : 0)),
  };

  /** So do all where there is neither an estimate nor an earlier run. */
  function goesAsPlanned(index: number): boolean {
    if (minutes[index] !== durations[index]) return false;
    const course = drawn[index];
    if (course === undefined) return true;
    const [landing] = course.landings;
    const asPlanned = rest.landingOf?.(graph.ids[index]!, 1, index) ?? 0;
    return !course.deferred && course.landings.length === 1 && landing === asPlanned;
  }

  function lawOf(id: string, index: number): DurationLaw {
    const range = rangeOf(id, index);
    // An impossible range would never let the simulation end.
    if (!range || !(range.low > 0 && range.high < Infinity)) return AS_PLANNED;
    const [low, high] = [Math.log(range.low), Math.log(range.high)];
    return {
      middle: (low + high) / 2,
      deviation: (high - low) / (2 * NORMAL_QUANTILE_90),
      elapsed: rest.underWay?.get(id) ?? 0,
    };
  }

  function usualMinutes(index: number): number {
    const law = laws[index]!;
    return law === AS_PLANNED ? durations[index]! : Math.exp(law.middle + law.deviation ** 2 / 2);
  }

  function drawMinutes(index: number): number {
    const law = laws[index]!;
    if (law === AS_PLANNED) return durations[index]!;
    const { middle, deviation, elapsed } = law;
    const draw = (): number => Math.exp(middle + deviation * normal(random));
    let drawn = draw();
    for (let more = 1; drawn <= elapsed && more < DEFAULT_DRAWS; more++) drawn = draw();
    return drawn;
  }
}

/** How a ticket's minutes are drawn: as a logarithm that is normal, and longer than it has run. */
type DurationLaw =
  | typeof AS_PLANNED
  | { readonly middle: number; readonly deviation: number; readonly elapsed: number };

const AS_PLANNED = Symbol('as planned');

interface Middle {
  readonly low: number;
  readonly expected: number;
  readonly high: number;
}

function around(mean: number, deviation: number): Middle {
  const reach = NORMAL_QUANTILE_90 * deviation;
  return { low: Math.max(0, mean - reach), expected: mean, high: mean + reach };
}

/** From this many values on, quantiles are taken from the values themselves. */
const MIN_SORTED = 20;
/** Quantile of 0.9 of Student's t distribution, for 1, 2, ... degrees of freedom. */
const STUDENT_QUANTILES_90 = [
  3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341,
  1.337, 1.333, 1.33,
];

/** The median, and what four of five further values are between. */
function middleOf(values: readonly number[]): Middle {
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
