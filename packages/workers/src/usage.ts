/** Usage as reported by agents. A figure that was not reported is absent. */
export interface TokenUsage {
  /** All tokens, including cached ones. */
  readonly tokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  /** The part of the input that was read from a cache. */
  readonly cachedTokens?: number;
  readonly costUsd?: number;
}

const TOKENS = ['tokens', 'inputTokens', 'outputTokens', 'cachedTokens'] as const;

/** Picks the usage figures out of a larger object. */
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
 * The usage of a single turn. Some figures of a resumed session cover all its turns, so what was counted `before` is
 * subtracted from those.
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
