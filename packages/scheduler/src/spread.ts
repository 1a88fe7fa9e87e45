import type { RankedBacklog } from './ranked-backlog.ts';

/** Minutes of tickets, by their index among the open ones. */
export interface Times {
  readonly took: (index: number) => number;
  /** What it takes on the average. */
  readonly usual: (index: number) => number;
}

/** What one run of thousands of tickets says of others. */
export interface Spread {
  /** Standard deviations of all work, and of the longest chain. */
  readonly work: number;
  readonly chain: number;
  /** All work of the run over what it is on the average. */
  readonly luck: number;
}

/**
 * Tickets vary independently of each other, so the variance of a sum is that of its parts, each estimated by the square
 * of what the ticket is off the plan by, once all are off it as the whole is. Where tickets of a kind are off alike, that
 * is more than they vary: the deviation is too large rather than too small.
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

/** Indexes of a chain that takes longest as planned, dependencies first. */
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
