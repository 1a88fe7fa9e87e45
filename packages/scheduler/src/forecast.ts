import { LimitError } from './errors.ts';
import { type Plannable, ranked } from './ranked-backlog.ts';
import { runThrough, simulationOf } from './simulate.ts';
import type { Assignment, Simulation, SimulationOptions } from './simulate.ts';
import { spreadOf } from './spread.ts';

/** Minutes within which four of five tickets stay. */
export interface DurationRange {
  readonly low: number;
  readonly high: number;
}

/** The course of a ticket: its attempts, of which all but the last fail. */
export interface Course {
  /**
   * For each attempt, the minutes from its end until its result counts. See `landingOf` of {@link SimulationOptions}.
   */
  readonly landings: readonly number[];
  /** Whether the last attempt also fails, and the ticket is given up. */
  readonly deferred: boolean;
}

export interface ForecastOptions extends Omit<SimulationOptions, 'durationOf' | 'attemptsOf' | 'isDeferred'> {
  /** How long each ticket may take, as a log-normal range; by default exactly its duration. */
  readonly rangeOf: (id: string, index: number) => DurationRange | undefined;
  /**
   * Draws the course of a ticket. If the ticket is already running or landing, that is its first attempt. By default
   * every first attempt succeeds.
   */
  readonly courseOf?: ((id: string, random: () => number) => Course) | undefined;
  /** How often to simulate. The default is 1 to 200 times, fewer for larger backlogs. */
  readonly runs?: number;
}

export interface Forecast extends Simulation {
  /** Half of the runs end within this many minutes. It exceeds `makespan`, because late tickets delay others. */
  readonly expected: number;
  /** Four of five runs take between `low` and `high`. */
  readonly low: number;
  readonly high: number;
  /** Cost of a run's attempts, in the unit of `costPerMinute`. Half of the runs cost at most `expected`. */
  readonly costs: { readonly expected: number; readonly low: number; readonly high: number };
}

/** The 0.9 quantile of the normal distribution. */
const NORMAL_QUANTILE_90 = 1.2816;

/** How often to draw a duration for a ticket that is already running, until one exceeds the time it has run. */
const DEFAULT_DRAWS = 20;

/**
 * The planned run, and a range for how long it may take, from repeated simulations with random durations and courses.
 * The random numbers are the same every time. Tickets vary independently of each other. A running ticket takes longer
 * than it has already run.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 * @throws {LimitError} unless `runs` is a whole number from 1.
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

/** With fewer runs than this, the variation among a single run's tickets says more than that among the runs. */
const MIN_STUDENT = 4;

/** {@link forecast} in steps, one for each simulation, for callers that do other work in between. */
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
    // A single run can stand for all only if no ticket was given up: that also drops everything that waits for it.
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
  // A chain's length and the number of attempts were drawn only once, so their variation is added.
  const unknown = chain > perWorker ? chain : courseOf ? perWorker : 0;
  return {
    ...planned,
    ...around(span, Math.hypot(Math.max(chain, perWorker), unknown)),
    costs: around(cost, costPerMinute * Math.hypot(work, courseOf ? work : 0)),
  };

  /** True for all tickets if there is neither an estimate nor an earlier run. */
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
    // Drawing from an impossible range would never end.
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

/** How a ticket's minutes are drawn: their logarithm is normal, and they exceed the time it has already run. */
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

/** With at least this many values, quantiles are read from the values themselves. */
const MIN_SORTED = 20;
/** The 0.9 quantiles of Student's t distribution for 1, 2, ... degrees of freedom. */
const STUDENT_QUANTILES_90 = [
  3.078, 1.886, 1.638, 1.533, 1.476, 1.44, 1.415, 1.397, 1.383, 1.372, 1.363, 1.356, 1.35, 1.345, 1.341,
  1.337, 1.333, 1.33,
];

/** The median, and the range that holds four of five further values. */
function middleOf(values: readonly number[]): Middle {
  const count = values.length;
  if (count > 1 && count < MIN_SORTED) {
    // The prediction interval of a normal distribution. So few are drawn only for sums of thousands of tickets.
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    const reach = STUDENT_QUANTILES_90[count - 2]! * Math.sqrt(variance * (1 + 1 / count));
    return { low: Math.max(0, mean - reach), expected: mean, high: mean + reach };
  }
  const sorted = values.toSorted((a, b) => a - b);
  return { low: quantile(sorted, 0.1), expected: quantile(sorted, 0.5), high: quantile(sorted, 0.9) };
}

/**
 * The value at position share * (n + 1) of n sorted values, interpolated (Weibull 1939). A further value is below it
 * with exactly that chance, however small n is.
 */
function quantile(sorted: readonly number[], share: number): number {
  const place = Math.max(0, Math.min(sorted.length - 1, share * (sorted.length + 1) - 1));
  const below = Math.floor(place);
  const above = Math.ceil(place);
  return sorted[below]! + (place - below) * (sorted[above]! - sorted[below]!);
}

/** Box-Muller transform. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** mulberry32 with a fixed seed: the same backlog always gets the same forecast. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
