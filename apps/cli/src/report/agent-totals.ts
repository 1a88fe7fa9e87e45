import type { AttemptRecord } from '@sage/journal';
import type { AgentTotals, Span } from './report.ts';

/** Totals for each agent, the busiest first. `spans` are those of the attempts, in the same order. */
export function agentTotals(records: readonly AttemptRecord[], spans: readonly Span[]): AgentTotals[] {
  const all = new Map<string, AgentTotals>();
  for (const [index, { agent, model, end, landing }] of records.entries()) {
    const name = model === undefined ? agent : `${agent} (${model})`;
    const before = all.get(name) ?? { agent: name, attempts: 0, landed: 0, seconds: 0 };
    const span = spans[index];
    all.set(name, {
      ...before,
      attempts: before.attempts + 1,
      landed: before.landed + (landing?.state === 'landed' ? 1 : 0),
      seconds: Math.round((before.seconds + (span ? span.end - span.start : 0)) * 1_000) / 1_000,
      ...summed('tokens', before.tokens, end?.tokens),
      ...summed('costUsd', before.costUsd, end?.costUsd),
    });
  }
  return [...all.values()].toSorted((a, b) => b.attempts - a.attempts);
}

/** A figure that was not reported is not 0. */
export function summed(name: 'tokens' | 'costUsd', before: number | undefined, more: number | undefined) {
  if (before === undefined && more === undefined) return {};
  const sum = (before ?? 0) + (more ?? 0);
  // Avoids the rounding errors of binary fractions in sums of cents.
  return { [name]: name === 'tokens' ? sum : Math.round(sum * 1e6) / 1e6 };
}
