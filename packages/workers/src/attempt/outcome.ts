import * as z from 'zod';
import type { AttemptCategory, AttemptOutcome } from '../request.ts';
import { plainRefusal } from '../agents/plain-refusal.ts';
import type { AgentProblem } from '../agents/problem.ts';
import type { AgentReport } from '../agents/report.ts';
import { describeExit } from '../process/step.ts';
import { lastWord, withoutResult } from './last-word.ts';
import type { SupervisedExit } from '../process/supervise.ts';
import { type TokenUsage, usageOf } from '../usage.ts';

/** Exit status for "try later" (EX_TEMPFAIL of sysexits.h). */
const TRY_LATER_EXIT = 75;
const REASON_CHARACTERS = 1_000;
/** Problems that are not the ticket's fault. */
const OUTSIDE: Readonly<Partial<Record<AgentProblem['kind'], AttemptOutcome>>> = {
  'rate-limit': 'rate-limited',
  account: 'account-refused',
  machine: 'machine-failed',
};
/** How many characters of an agent's last text are kept. */
const SUMMARY_CHARACTERS = 500;

const resultFile = z.object({
  outcome: z.enum(['COMPLETED', 'DEFERRED', 'FAILED']),
  summary: z.string().optional(),
  reason: z.string().optional(),
  tokens: z.number().nonnegative().optional().catch(undefined),
  costUsd: z.number().nonnegative().optional().catch(undefined),
});

export interface AttemptFacts {
  readonly exit: SupervisedExit;
  /** Content of the result file; undefined if the agent wrote none. */
  readonly result: string | undefined;
  /** The last lines of the agent's text. */
  readonly said: readonly string[];
  readonly changed: boolean;
  /** Ignored files that the agent wrote. */
  readonly ignored?: readonly string[];
  /** Work in submodules that cannot land. */
  readonly submodules?: readonly {
    readonly path: string;
    readonly reason: string;
    readonly ref: string;
    readonly commit?: string;
  }[];
  /** What the agent's own events report, if it prints events. */
  readonly report?: AgentReport;
  /** What the machine was out of when the agent ended. */
  readonly lacking?: string;
}

export interface Judgement {
  readonly outcome: AttemptOutcome;
  readonly category?: AttemptCategory;
  readonly reason?: string;
  readonly summary?: string;
  /** With `rate-limited`: how long the account asks to wait, in milliseconds. */
  readonly retryAfter?: number;
}

/**
 * Judges how an attempt ended. The first of these that applies decides: a person ended it; a problem with the account
 * or the machine; Sage ended it; the agent's own report; a failure among its events; its exit status. "Done" without
 * a change in the worktree never counts as done.
 */
export function judgeOutcome({
  exit,
  result,
  said,
  changed,
  ignored = [],
  submodules = [],
  report,
  lacking,
}: AttemptFacts): Judgement & { usage: TokenUsage } {
  const self = readSelfReport(result, said);
  const summary = shorten(self.summary ?? withoutResult(report?.text ?? ''), SUMMARY_CHARACTERS);
  const usage = { ...usageOf(report), ...self.usage };
  const verdict = ({ reason, ...judgement }: Judgement) => ({
    ...judgement,
    ...(reason !== undefined && { reason: shorten(reason) }),
    ...(summary && { summary }),
    usage,
  });
  if (exit.ended === 'interrupted') return verdict({ outcome: 'interrupted' });
  if (exit.exitCode === TRY_LATER_EXIT) {
    return verdict({ outcome: 'rate-limited', reason: 'the agent asked to be tried again later (exit 75)' });
  }
  const failedInWords = !report && exit.ended === 'exited' && exit.exitCode !== 0 && !self.outcome;
  const problem = failedInWords ? plainRefusal(said, { changed }) : report?.problem;
  const notItsOwn = problem && OUTSIDE[problem.kind];
  if (notItsOwn !== undefined) {
    const { message, retryAfter } = problem!;
    const pause = retryAfter !== undefined && { retryAfter };
    return verdict({ outcome: notItsOwn, reason: message, ...pause });
  }
  const succeeded = changed && exit.ended === 'exited' && exit.exitCode === 0;
  if (lacking !== undefined && !succeeded) return verdict({ outcome: 'machine-failed', reason: lacking });
  if (exit.ended === 'timeout') {
    return verdict(failed('timeout', `ended after ${Math.round(exit.seconds)} s, the limit of one attempt`));
  }
  if (exit.ended === 'stalled') {
    return verdict(failed('stalled', `ended after ${Math.round(exit.seconds)} s: it had stopped printing`));
  }
  if (['output-limit', 'process-limit', 'disk-limit'].includes(exit.ended)) {
    return verdict(failed('agent_failed', `the agent ${describeExit(exit)}, and was ended`));
  }
  if (exit.killedBy) return verdict(failed('agent_failed', `the agent was killed by ${exit.killedBy}`));
  if (self.outcome === 'FAILED')
    return verdict(failed('agent_failed', self.reason ?? 'the agent reported FAILED'));
  if (self.outcome === 'DEFERRED') {
    const reason = self.reason ?? 'the agent gave no reason';
    return verdict({ outcome: 'deferred', category: 'external_blocker', reason });
  }
  if (self.outcome === undefined) {
    if (report?.problem) return verdict(failed('agent_failed', report.problem.message));
    if (exit.exitCode !== 0)
      return verdict(failed('agent_failed', `the agent ended with exit code ${exit.exitCode}`));
  }
  const [stuck] = submodules;
  if (stuck) {
    const kept = stuck.commit === undefined ? '' : `; it is kept as ${stuck.ref}`;
    const reason = `submodule ${stuck.path} cannot land: ${stuck.reason}${kept}`;
    return verdict({ outcome: 'deferred', category: 'external_blocker', reason });
  }
  if (changed) return verdict({ outcome: 'completed' });
  const denied = [...new Set(report?.denied)];
  const reason =
    denied.length > 0
      ? `nothing changed: the agent was not allowed to use ${denied.join(', ')}`
      : `the agent reported success but changed nothing${wroteIgnored(ignored)}`;
  return verdict({ outcome: 'deferred', category: 'no_changes', reason });
}

function wroteIgnored(names: readonly string[]): string {
  if (names.length === 0) return '';
  const shown = names.slice(0, 3).join(', ') + (names.length > 3 ? ', ...' : '');
  return `; it wrote ${names.length} ignored ${names.length === 1 ? 'file' : 'files'}: ${shown}`;
}

/** An agent's text goes into the journal and the ticket index, so it is cut. */
export function shorten(text: string, limit = REASON_CHARACTERS): string {
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

/** The agent's own report, from a result file or from its last text. */
interface SelfReport {
  readonly outcome?: 'COMPLETED' | 'DEFERRED' | 'FAILED';
  readonly reason?: string;
  readonly summary?: string;
  readonly usage?: TokenUsage;
}

function readSelfReport(result: string | undefined, said: readonly string[]): SelfReport {
  if (result !== undefined) {
    const parsed = resultFile.safeParse(parseJson(result));
    if (!parsed.success) return { outcome: 'FAILED', reason: 'the result file is not a valid result' };
    const { outcome, reason, summary, tokens, costUsd } = parsed.data;
    return {
      outcome,
      ...((reason ?? summary) !== undefined && { reason: reason ?? summary }),
      ...(summary !== undefined && { summary }),
      usage: { ...(tokens !== undefined && { tokens }), ...(costUsd !== undefined && { costUsd }) },
    };
  }
  return lastWord(said) ?? {};
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
