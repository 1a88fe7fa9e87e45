/** What agents told that they used; a figure that nobody told is absent. */
export interface TokenUsage {
  /** All tokens, cached ones included. */
  readonly tokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** Part of the input that was read from a cache. */
  readonly cachedTokens?: number;
  readonly costUsd?: number;
}

const TOKENS = ['tokens', 'inputTokens', 'outputTokens', 'cachedTokens'] as const;

/** The figures of something that reports them among other things. */
export function usageOf({
  tokens,
  inputTokens,
  outputTokens,
  cachedTokens,
  costUsd,
}: TokenUsage = {}): TokenUsage {
  const figures = { tokens, inputTokens, outputTokens, cachedTokens, costUsd };
  return Object.fromEntries(Object.entries(figures).filter(([, value]) => value !== undefined));
}

export function sumUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  return combine(one, other, (a = 0, b = 0) => a + b);
}

/**
 * What one turn used of what it reported: a resumed session reports some figures for all its turns together, and
 * what was counted `before` is not counted again.
 */
export function ownUsage(
  told: TokenUsage,
  before: TokenUsage,
  cumulative: { readonly tokens?: boolean; readonly cost?: boolean } = {},
): TokenUsage {
  const counted: TokenUsage = {
    ...(cumulative.tokens && Object.fromEntries(TOKENS.map((key) => [key, before[key]]))),
    ...(cumulative.cost && { costUsd: before.costUsd }),
  };
  return combine(told, counted, (a, b = 0) => (a === undefined ? undefined : Math.max(0, a - b)));
}

function combine(
  one: TokenUsage,
  other: TokenUsage,
  figure: (a: number | undefined, b: number | undefined) => number | undefined,
): TokenUsage {
  const result: Record<string, number> = {};
  for (const key of [...TOKENS, 'costUsd'] as const) {
    if (one[key] === undefined && other[key] === undefined) continue;
    const value = figure(one[key], other[key]);
    if (value !== undefined) result[key] = value;
  }
  return result;
}
