import type { RankedBacklog } from './ranked-backlog.ts';

/** Minutes of tickets, by their index among the open ones. */
export interface Times {
  readonly took: (index: number) => number;
  /** What it takes on average. */
  readonly usual: (index: number) => number;
}

/** What one run of thousands of tickets says about other runs. */
export interface Spread {
  /** Standard deviations of all work, and of the longest chain. */
  readonly work: number;
  readonly chain: number;
  /** All work of the run, relative to its average. */
  readonly luck: number;
}

/**
 * Estimates variances from a single run. Tickets vary independently, so the variance of a sum is the sum of the
 * variances. Each is estimated by the square of the ticket's deviation from the plan, after the plan is scaled to the
 * run's total. If tickets of a kind deviate together, the estimate is too large rather than too small.
 */
export function spreadOf(backlog: RankedBacklog, indexes: readonly number[], { took, usual }: Times): Spread {
  const planned = backlog.open.durations;
  let [allPlanned, allTook, allUsual] = [0, 0, 0];
  for (const index of indexes) {
    allPlanned += planned[index]!;
    allTook += took(index);
    allUsual += usual(index);
  }
  const ratio = allPlanned === 0 ? 0 : allTook / allPlanned;
  const varianceOf = (those: readonly number[]): number =>
    those.reduce((sum, index) => sum + (took(index) - ratio * planned[index]!) ** 2, 0);
  return {
    work: Math.sqrt(varianceOf(indexes)),
    chain: Math.sqrt(varianceOf(longestChain(backlog))),
    luck: allUsual === 0 ? 1 : allTook / allUsual,
  };
}

/** Indexes of the longest chain by planned duration, dependencies first. */
function longestChain({ open, ranking, rows }: RankedBacklog): number[] {
  const { order, remaining } = ranking;
  const longest = (from: number, to: number, indexAt: (at: number) => number): number => {
    let best = -1;
    for (let at = from; at < to; at++)
      if (best === -1 || remaining[indexAt(at)]! > remaining[best]!) best = indexAt(at);
    return best;
  };
  const chain: number[] = [];
  let index = longest(0, open.graph.size, (at) => at);
  while (index !== -1) {
    chain.push(index);
    const place = rows.places[index]!;
    index = longest(rows.offsets[place]!, rows.offsets[place + 1]!, (at) => order[rows.targets[at]!]!);
  }
  return chain;
}
