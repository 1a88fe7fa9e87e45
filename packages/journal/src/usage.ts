/** USD and tokens. */
export interface Spent {
  readonly costUsd: number;
  readonly tokens: number;
}

/** Usage as reported by agents. */
export interface RunUsage extends Spent {
  /** Attempts that ended. */
  readonly ended: number;
  /**
   * How many of them have figures that count. An attempt that fails at once costs nothing, and says nothing about the
   * others.
   */
  readonly costed: number;
  readonly counted: number;
  /** The largest usage of a single attempt. */
  readonly largest: Spent;
  /** Attempts that did work but reported no cost or no tokens. Their usage is unknown. */
  readonly untold: { readonly cost: number; readonly tokens: number };
}

export const NO_USAGE: RunUsage = {
  costUsd: 0,
  tokens: 0,
  ended: 0,
  costed: 0,
  counted: 0,
  largest: { costUsd: 0, tokens: 0 },
  untold: { cost: 0, tokens: 0 },
};

/** Ends of attempts whose usage is negligible. */
const IDLE: ReadonlySet<string> = new Set(['rate-limited', 'account-refused', 'machine-failed']);

interface Ended {
  readonly outcome: string;
  readonly costUsd?: number;
  readonly tokens?: number;
}

export function addUsage(usage: RunUsage, { outcome, costUsd, tokens }: Ended): RunUsage {
  const tells = (figure = 0) => figure > 0 || (figure === 0 && outcome === 'completed');
  const isUntold = (figure: number | undefined) => (figure === undefined && !IDLE.has(outcome) ? 1 : 0);
  return {
    costUsd: usage.costUsd + (costUsd ?? 0),
    tokens: usage.tokens + (tokens ?? 0),
    ended: usage.ended + 1,
    costed: usage.costed + (costUsd !== undefined && tells(costUsd) ? 1 : 0),
    counted: usage.counted + (tokens !== undefined && tells(tokens) ? 1 : 0),
    largest: {
      costUsd: Math.max(usage.largest.costUsd, costUsd ?? 0),
      tokens: Math.max(usage.largest.tokens, tokens ?? 0),
    },
    untold: {
      cost: usage.untold.cost + isUntold(costUsd),
      tokens: usage.untold.tokens + isUntold(tokens),
    },
  };
}

/** Adds an attempt's usage to that of its ticket. */
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
