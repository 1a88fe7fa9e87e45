import type { DependencyGraph } from '@sage/graph';
import { openBacklog, type OpenBacklog, type SchedulerTicket } from './backlog.ts';
import { type NodeRanking, rankNodes } from './priority.ts';
import { rankedRows, type RankedRows } from './ranked-rows.ts';

/**
 * A backlog with the preparation that all its plans share. It takes as long as a plan itself, so do it once for
 * several plans.
 */
export interface RankedBacklog {
  readonly tickets: readonly SchedulerTicket[];
  readonly open: OpenBacklog;
  readonly ranking: NodeRanking;
  /** Shared by several plans, hence read-only. */
  readonly rows: RankedRows;
}

export interface RankingOptions {
  readonly satisfied?: ReadonlySet<string>;
  readonly failing?: number;
  /** The graph of exactly these tickets in this order, if it already exists. */
  readonly graph?: DependencyGraph;
}

/**
 * `satisfied` and `failing` as in `SchedulerOptions`; they must be the same in the plans made from it.
 * @throws {UnknownDependencyError}
 * @throws {DuplicateIdError} and {InvalidDurationError} of `@sage/graph`.
 */
export function rankBacklog(
  tickets: readonly SchedulerTicket[],
  { satisfied = new Set(), failing, graph }: RankingOptions = {},
): RankedBacklog {
  const open = openBacklog(tickets, satisfied, graph);
  const ranking = rankNodes(open, failing);
  // Rows are indexed by place in the ranking, because neighbouring places are needed at about the same time.
  return { tickets, open, ranking, rows: rankedRows(open.graph, ranking.order) };
}

/** Tickets to plan, ranked or not. */
export type Plannable = readonly SchedulerTicket[] | RankedBacklog;

export function ranked(backlog: Plannable, options: RankingOptions): RankedBacklog {
  return 'ranking' in backlog ? backlog : rankBacklog(backlog, options);
}
