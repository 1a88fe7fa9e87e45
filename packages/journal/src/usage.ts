/** USD and tokens. */
export interface Spent {
  readonly costUsd: number;
  readonly tokens: number;
}

/** What agents reported that they used. */
export interface RunUsage extends Spent {
  /** Attempts that ended, and those of them that reported a cost, and tokens. */
  readonly ended: number;
  readonly costed: number;
  readonly counted: number;
}

export function addUsage(
  usage: RunUsage,
  { costUsd, tokens }: { costUsd?: number; tokens?: number },
): RunUsage {
  return {
    costUsd: usage.costUsd + (costUsd ?? 0),
    tokens: usage.tokens + (tokens ?? 0),
    ended: usage.ended + 1,
    costed: usage.costed + (costUsd === undefined ? 0 : 1),
    counted: usage.counted + (tokens === undefined ? 0 : 1),
  };
}

/** Adds the usage of an attempt to that of its ticket. */
export function addSpent(
  spent: Map<string, Spent>,
  { ticket, costUsd = 0, tokens = 0 }: { ticket: string; costUsd?: number; tokens?: number },
): void {
  const before = spent.get(ticket);
  spent.set(ticket, {
    costUsd: (before?.costUsd ?? 0) + costUsd,
    tokens: (before?.tokens ?? 0) + tokens,
  });
}
