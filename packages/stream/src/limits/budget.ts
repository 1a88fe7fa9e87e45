import type { RunState, Spent } from '@sage/journal';
import type { BudgetLimits } from '../context/run-context.ts';

/**
 * As long as fewer attempts have reported their usage, the next one is assumed to use as much as the largest of them.
 */
const FEW_ATTEMPTS = 5;
/**
 * An agent that was silent about its usage this often never reports it. A single silent attempt may have been ended
 * or crashed.
 */
export const SILENT_ATTEMPTS = 3;

/**
 * Why no further attempt may start beside the running ones; undefined if one may. Each running attempt and the new
 * one reserve the mean of the reported usages, at first the largest. As long as there are no reports, only one
 * attempt may run at a time. Attempts without a report count as the mean.
 */
export function overBudget(
  limits: BudgetLimits,
  { usage }: Pick<RunState, 'usage'>,
  running: number,
): string | undefined {
  const { maxCost, maxTokens } = limits;
  const { largest, untold } = usage;
  const cost = known(usage.costUsd, usage.costed, untold.cost, largest.costUsd);
  const tokens = known(usage.tokens, usage.counted, untold.tokens, largest.tokens);
  if (maxCost !== undefined && exceeds(maxCost, cost, running)) {
    const [used, each] = [cost.used, cost.each ?? 0].map((usd) => `$${usd.toFixed(2)}`);
    return `the budget of $${maxCost} is reached: ${used} used, about ${each} an attempt`;
  }
  if (maxTokens !== undefined && exceeds(maxTokens, tokens, running)) {
    const [used, each] = [tokens.used, tokens.each ?? 0].map((count) => Math.round(count));
    return `the budget of ${maxTokens} tokens is reached: ${used} used, about ${each} an attempt`;
  }
  return undefined;
}

/** A message about limits that cannot be enforced, because the agent has not reported its usage `times` times. */
export function withoutEffect(
  { maxCost, maxTokens }: BudgetLimits,
  { usage }: Pick<RunState, 'usage'>,
  times: number,
): string | undefined {
  if (maxCost !== undefined && usage.costed === 0 && usage.untold.cost >= times)
    return 'this agent does not report its cost: --max-cost has no effect';
  if (maxTokens !== undefined && usage.counted === 0 && usage.untold.tokens >= times)
    return 'this agent does not report how many tokens it uses: --max-tokens has no effect';
  return undefined;
}

/** Which limit has already been exceeded. */
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

/** What happens to tickets that the budget does not cover, and what they would need. */
export function leftOver(state: Pick<RunState, 'usage'>, left: number): string {
  const cost = estimate(state, left);
  const rest = left === 1 ? '1 ticket is left as it is' : `${left} tickets are left as they are`;
  return cost === undefined ? rest : `${rest}, and would need ${cost}`;
}

/** Usage of more attempts, at the mean of those that ended; undefined if no agent has reported usage. */
function estimate({ usage }: Pick<RunState, 'usage'>, attempts: number): string | undefined {
  if (usage.costed > 0) return `about $${((usage.costUsd / usage.costed) * attempts).toFixed(2)}`;
  if (usage.counted > 0) return `about ${Math.round((usage.tokens / usage.counted) * attempts)} tokens`;
  return undefined;
}

interface Known {
  readonly used: number;
  /** Expected usage of another attempt; undefined if nothing is known. */
  readonly each: number | undefined;
  /** Whether attempts keep ending without a report, so that nothing can be reserved. */
  readonly silent: boolean;
}

function known(total: number, told: number, untold: number, largest: number): Known {
  if (told === 0) return { used: total, each: undefined, silent: untold >= SILENT_ATTEMPTS };
  const mean = total / told;
  const each = told < FEW_ATTEMPTS ? Math.max(mean, largest) : mean;
  return { used: total + mean * untold, each, silent: false };
}

function exceeds(limit: number, { used, each, silent }: Known, running: number): boolean {
  if (each === undefined) return used > limit || (!silent && running > 0);
  return used + each * (running + 1) > limit;
}
