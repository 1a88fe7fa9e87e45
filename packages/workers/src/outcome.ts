import { z } from 'zod';
import type { AttemptCategory, AttemptOutcome } from './request.ts';
import type { SupervisedExit } from './supervise.ts';

/** Exit status for "try later" (EX_TEMPFAIL of sysexits.h). */
const TRY_LATER = 75;

const resultFile = z.object({
  outcome: z.enum(['COMPLETED', 'DEFERRED', 'FAILED']),
  summary: z.string().optional(),
  reason: z.string().optional(),
  tokens: z.number().nonnegative().optional().catch(undefined),
  costUsd: z.number().nonnegative().optional().catch(undefined),
});

export interface AttemptFacts {
  readonly exit: SupervisedExit;
  /** Content of the result file; undefined where the agent wrote none. */
  readonly result: string | undefined;
  /** Last line that the agent printed. */
  readonly lastLine: string;
  readonly changed: boolean;
}

export interface Judgement {
  readonly outcome: AttemptOutcome;
  readonly category?: AttemptCategory;
  readonly reason?: string;
  readonly summary?: string;
  readonly tokens?: number;
  readonly costUsd?: number;
}

/**
 * What an attempt came to. In this order: Sage ended it; the agent asks to be tried later; what the agent
 * reports of itself; its exit status. "Done" without a change in the worktree is never done.
 */
export function judgeOutcome({ exit, result, lastLine, changed }: AttemptFacts): Judgement {
  if (exit.ended === 'interrupted') return { outcome: 'interrupted' };
  if (exit.ended === 'timeout') {
    return failed('timeout', `ended after ${Math.round(exit.seconds)} s, the limit of one attempt`);
  }
  if (exit.killedBy) return failed('agent_failed', `the agent was killed by ${exit.killedBy}`);
  if (exit.exitCode === TRY_LATER)
    return { outcome: 'rate-limited', reason: 'the agent asked to be tried later (exit 75)' };

  const report = readReport(result, lastLine);
  const figures = { ...report.figures };
  switch (report.outcome) {
    case 'FAILED':
      return { ...failed('agent_failed', report.reason ?? 'the agent reported FAILED'), ...figures };
    case 'DEFERRED':
      return {
        outcome: 'deferred',
        category: 'external_blocker',
        reason: report.reason ?? 'the agent gave no reason',
        ...figures,
      };
    case undefined:
      if (exit.exitCode !== 0)
        return { ...failed('agent_failed', `the agent ended with exit code ${exit.exitCode}`), ...figures };
  }
  if (!changed)
    return {
      outcome: 'deferred',
      category: 'no_changes',
      reason: 'the agent reported success but changed nothing',
      ...figures,
    };
  return { outcome: 'completed', ...figures };
}

interface Report {
  outcome?: 'COMPLETED' | 'DEFERRED' | 'FAILED';
  reason?: string;
  figures?: Pick<Judgement, 'summary' | 'tokens' | 'costUsd'>;
}

function readReport(result: string | undefined, lastLine: string): Report {
  if (result !== undefined) {
    const parsed = resultFile.safeParse(parseJson(result));
    if (!parsed.success) return { outcome: 'FAILED', reason: 'the result file is not a valid result' };
    const { outcome, reason, summary, tokens, costUsd } = parsed.data;
    return {
      outcome,
      ...((reason ?? summary) !== undefined && { reason: (reason ?? summary) as string }),
      figures: {
        ...(summary !== undefined && { summary }),
        ...(tokens !== undefined && { tokens }),
        ...(costUsd !== undefined && { costUsd }),
      },
    };
  }
  const line = /^RESULT: (COMPLETED|DEFERRED|FAILED)\b[:\s]*(.*)$/.exec(lastLine);
  if (!line) return {};
  return { outcome: line[1] as 'COMPLETED' | 'DEFERRED' | 'FAILED', ...(line[2] && { reason: line[2] }) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(category: AttemptCategory, reason: string): Judgement {
  return { outcome: 'failed', category, reason };
}
