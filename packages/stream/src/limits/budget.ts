import type { RunState, Spent } from '@sage/journal';
import type { BudgetLimits } from '../context/run-context.ts';

/**
 * Why no further attempt may start beside those that run, or undefined where one may. Each attempt that runs, and the
 * one to be started, is reserved at the mean of those that ended; as long as none has, one at a time may start.
 */
export function overBudget(
  limits: BudgetLimits,
  { usage }: Pick<RunState, 'usage'>,
  running: number,
): string | undefined {
  const { maxCost, maxTokens } = limits;
  const cost = mean(usage.costUsd, usage.costed, usage.ended);
  const tokens = mean(usage.tokens, usage.counted, usage.ended);
  if (maxCost !== undefined && exceeds(maxCost, usage.costUsd, cost, running)) {
    return `the budget of $${maxCost} is reached: $${usage.costUsd.toFixed(2)} used, about $${(cost ?? 0).toFixed(2)} an attempt`;
  }
  if (maxTokens !== undefined && exceeds(maxTokens, usage.tokens, tokens, running)) {
    return `the budget of ${maxTokens} tokens is reached: ${usage.tokens} used, about ${Math.round(tokens ?? 0)} an attempt`;
  }
  return undefined;
}

/** Which limit has been passed by what was used already. */
export function exceeded(
  { cost, tokens }: { cost?: number; tokens?: number },
  used: Spent,
  who: string,
): string | undefined {
  if (cost !== undefined && used.costUsd > cost)
    return `${who} has used $${used.costUsd.toFixed(2)} of the $${cost} it may`;
  if (tokens !== undefined && used.tokens > tokens)
    return `${who} has used ${used.tokens} tokens of the ${tokens} it may`;
  return undefined;
}

/** What becomes of the tickets that a budget does not suffice for, and what they would need. */
export function leftOver(state: Pick<RunState, 'usage'>, left: number): string {
  const cost = estimate(state, left);
  const rest = left === 1 ? '1 ticket is left as it is' : `${left} tickets are left as they are`;
  return cost === undefined ? rest : `${rest}, and would need ${cost}`;
}

/** What more attempts would use, at the mean of those that ended; undefined if no agent has reported usage. */
function estimate({ usage }: Pick<RunState, 'usage'>, attempts: number): string | undefined {
  if (usage.costed > 0) return `about $${((usage.costUsd / usage.costed) * attempts).toFixed(2)}`;
  if (usage.counted > 0) return `about ${Math.round((usage.tokens / usage.counted) * attempts)} tokens`;
  return undefined;
}

/** undefined as long as nothing is known. */
function mean(total: number, told: number, ended: number): number | undefined {
  if (told > 0) return total / told;
  return ended > 0 ? 0 : undefined;
}

function exceeds(limit: number, used: number, each: number | undefined, running: number): boolean {
  return each === undefined ? running > 0 : used + each * (running + 1) > limit;
}
