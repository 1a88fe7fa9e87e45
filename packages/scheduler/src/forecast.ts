import type { SchedulerTicket } from './backlog.ts';
import { plannedDurations, simulate } from './simulate.ts';
import type { Simulation, SimulationOptions } from './simulate.ts';

/** Minutes within which four of five tickets of a kind stay. */
export interface DurationRange {
  readonly low: number;
  readonly high: number;
}

export interface ForecastOptions extends Omit<SimulationOptions, 'durationOf'> {
  /** How long each ticket may take, log-normal; where it is missing, exactly its duration. */
  readonly rangeOf: (id: string) => DurationRange | undefined;
  /** How often the run is simulated; by default 20 to 200 times, less often the more tickets there are. */
  readonly runs?: number | undefined;
}

export interface Forecast extends Simulation {
  /** Half of the runs are over within so many minutes. More than `makespan`, for what is late delays others. */
  readonly expected: number;
  /** Four of five runs take between these. */
  readonly low: number;
  readonly high: number;
}

/** Quantile of 0.9 of the normal distribution. */
const Z = 1.2816;

/** So often a duration is drawn for a ticket that has run for some time, to get one that is longer. */
const DRAWS = 20;

/**
 * The run as planned, and how long it may take: simulated again and again with durations drawn from their ranges,
 * always the same ones. Tickets vary independently of each other. Those under way take longer than they have run.
 * @throws {WorkerCountError} unless `workers` is a whole number from 1.
 */
export function forecast(tickets: readonly SchedulerTicket[], options: ForecastOptions): Forecast {
  const { rangeOf, ...rest } = options;
  const planned = simulate(tickets, rest);
  const plannedOf = plannedDurations(tickets, rest);
  const random = seeded(1);
  const durationOf = (id: string): number => {
    const range = rangeOf(id);
    if (!range || range.low <= 0) return plannedOf(id);
    const middle = (Math.log(range.low) + Math.log(range.high)) / 2;
    const deviation = (Math.log(range.high) - Math.log(range.low)) / (2 * Z);
    const draw = (): number => Math.exp(middle + deviation * normal(random));
    const elapsed = options.underWay?.get(id) ?? 0;
    let minutes = draw();
    if (elapsed < Infinity) for (let more = 1; minutes <= elapsed && more < DRAWS; more++) minutes = draw();
    return minutes;
  };
  // A larger backlog varies less, and takes longer to simulate.
  const runs = options.runs ?? Math.max(20, Math.min(200, Math.floor(200_000 / Math.max(1, tickets.length))));
  const spans = Array.from({ length: runs }, () => {
    const drawn = new Map(planned.assignments.map(({ id }) => [id, durationOf(id)]));
    return simulate(tickets, { ...rest, durationOf: (id) => drawn.get(id)! }).makespan;
  }).sort((a, b) => a - b);
  const quantile = (share: number): number => spans[Math.round(share * (runs - 1))]!;
  return { ...planned, expected: quantile(0.5), low: quantile(0.1), high: quantile(0.9) };
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
