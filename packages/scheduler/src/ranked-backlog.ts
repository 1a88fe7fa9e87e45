import type { DependencyGraph } from '@sage/graph';
import { openBacklog, type OpenBacklog, type SchedulerTicket } from './backlog.ts';
import { type NodeRanking, rankNodes } from './priority.ts';
import { rankedRows, type RankedRows } from './ranked-rows.ts';

/** A backlog with what every plan of it begins with, which takes as long as a plan itself: made once for several. */
export interface RankedBacklog {
  readonly tickets: readonly SchedulerTicket[];
  readonly open: OpenBacklog;
  readonly ranking: NodeRanking;
  /** For reading only, as several plans share it. */
  readonly rows: RankedRows;
}

export interface RankingOptions {
  readonly satisfied?: ReadonlySet<string>;
  readonly failing?: number;
  /** Of these tickets in this order, where there is one already. */
  readonly graph?: DependencyGraph;
}

/**
 * `satisfied` and `failing` as in `SchedulerOptions`, and the same as in the plans that are made from it.
 * @throws {UnknownDependencyError}
 * @throws {DuplicateIdError} and {InvalidDurationError} of `@sage/graph`.
 */
export function rankBacklog(
  tickets: readonly SchedulerTicket[],
  { satisfied = new Set(), failing, graph }: RankingOptions = {},
): RankedBacklog {
  const open = openBacklog(tickets, satisfied, graph);
  const ranking = rankNodes(open, failing);
  // In rows a ticket is its place in the ranking: what is near in it is needed at about the same time.
  return { tickets, open, ranking, rows: rankedRows(open.graph, ranking.order) };
}

/** Tickets to plan with, ranked or not. */
export type Plannable = readonly SchedulerTicket[] | RankedBacklog;

export function ranked(backlog: Plannable, options: RankingOptions): RankedBacklog {
  return 'ranking' in backlog ? backlog : rankBacklog(backlog, options);
}
