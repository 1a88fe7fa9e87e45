export interface Spent {
  readonly costUsd: number;
  readonly tokens: number;
}

/** What agents have told that they used. */
export interface Usage extends Spent {
  /** Attempts that ended, and those of them that told a cost, or tokens. */
  readonly ended: number;
  readonly costed: number;
  readonly counted: number;
}

export function addUsage(usage: Usage, { costUsd, tokens }: { costUsd?: number; tokens?: number }): Usage {
  return {
    costUsd: usage.costUsd + (costUsd ?? 0),
    tokens: usage.tokens + (tokens ?? 0),
    ended: usage.ended + 1,
    costed: usage.costed + (costUsd === undefined ? 0 : 1),
    counted: usage.counted + (tokens === undefined ? 0 : 1),
  };
}

/** Adds it to what a ticket has used before. */
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
