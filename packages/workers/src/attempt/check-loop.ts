import { posix } from 'node:path';
import { isMachineError } from '@sage/git';
import type { AgentRun } from '../agents/agent-run.ts';
import type { Review } from '../agents/review.ts';
import { shortActivity } from '../agents/activity.ts';
import type { AgentEnd } from '../agents/run-agent.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { collectWork } from './collect-work.ts';
import { canBeFixed, judgeFailed, logLines } from './failed-check.ts';
import { keepIgnored } from './leftovers.ts';
import { type Judgement, judgeOutcome, shorten } from './outcome.ts';
import type { AttemptResult, WorkRequest } from '../request.ts';
import { appendRegular } from '../process/regular-file.ts';
import { fullFileSystem } from '../process/room.ts';
import type { StepContext } from '../process/step.ts';
import { changedMember } from './protected-member.ts';
import { runTicketChecks, unusableCheck } from './ticket-checks.ts';
import { isLost, maskedResult, runTurn, type TurnOptions } from './turn.ts';
import { sumUsage, ownUsage, type TokenUsage, usageOf } from '../usage.ts';
import type { UsedWorktree } from '../worktree/used-worktree.ts';

export interface CheckLoopOptions extends TurnOptions {
  readonly request: WorkRequest;
  readonly worktree: UsedWorktree;
  /** A hint for the failure of an unknown agent: keys that it was not given. */
  readonly withheld?: string;
  /** The context of checks. */
  readonly context: StepContext;
}

/**
 * Runs the agent, collects its work, and runs the ticket's checks on it. Failures are sent back to the agent, in the
 * same worktree and, if it can resume, in the same session, as often as the checks allow.
 */
export async function runCheckLoop(options: CheckLoopOptions): Promise<AttemptResult> {
  const { worktree, request, run, files } = options;
  try {
    return await loop(options);
  } catch (error) {
    const reason = shorten((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
    // If the machine is not at fault, the agent is.
    const failed: Judgement = isMachineError(error)
      ? { outcome: 'machine-failed', reason }
      : { outcome: 'failed', category: 'agent_failed', reason };
    // Work done so far is not lost.
    const collected = await collectWork(worktree, request.message, run.killSignal).catch(() => undefined);
    if (collected?.commit === undefined) return notRun(failed, files);
    const { commit, changedFiles, ignoredFiles } = collected;
    return { ...notRun(failed, files), commit, changedFiles, ignoredFiles };
  }
}

async function loop(options: CheckLoopOptions): Promise<AttemptResult> {
  const { request, worktree, files, context } = options;
  const { checks = [] } = request.ticket;
  const unusable = unusableCheck(checks);
  if (unusable) return notRun(judgeFailed(unusable), files);
  const { agent } = options;
  let deadline = performance.now() + context.timeout;
  let session = request.session?.id;
  let inSession: TokenUsage = request.session ?? {};
  let total: TokenUsage = {};
  let seconds = 0;
  let previous = request.previous;
  let fresh = true;
  /** The round after which a person last sent the work back. */
  let begun = 0;
  const run: AgentRun = {
    ...options.run,
    // Adds the figures of earlier rounds.
    onReport: (report) => options.run.onReport?.({ ...report, ...sumUsage(total, usageOf(report)) }),
  };
  const turns = { ...options, run };
  for (let round = 1; ; round += 1) {
    const left = Math.max(1, deadline - performance.now());
    let end = await runTurn(turns, { session, previous, timeout: left, fresh });
    if (end.resumed && isLost(end)) {
      end = await runTurn(turns, { session: undefined, previous, timeout: left, fresh });
    }
    fresh = false;
    // If there are checks, the worker is busy until they are over.
    if (checks.length === 0) await run.beforeCollecting?.(end.exit.exitCode);
    const collected = await collectWork(worktree, request.message, run.killSignal);
    const ignored = collected.commit === undefined ? await keepIgnored(worktree, files) : [];
    const { usage: told, ...judgement } = judgeOutcome({
      exit: end.exit,
      result: await maskedResult(files.result, context.masker),
      said: end.said,
      report: end.report,
      changed: collected.commit !== undefined,
      ignored,
      submodules: collected.submodules,
      lacking: await fullFileSystem([context.cwd, context.directory]),
    });
    const own = end.resumed ? ownUsage(told, inSession, agent.cumulative) : told;
    inSession = end.resumed ? sumUsage(inSession, own) : own;
    total = sumUsage(total, own);
    seconds += end.exit.seconds;
    session = end.report?.sessionId;
    const denied = deniedIn(end.report, context.cwd);
    const result: AttemptResult = {
      ...withHints(judgement, [options.withheld, options.agentContext.explain?.(end.said)]),
      ...total,
      ...(collected.commit !== undefined && { commit: collected.commit }),
      changedFiles: collected.changedFiles,
      ignoredFiles: [...collected.ignoredFiles, ...ignored],
      ...(collected.notes.length > 0 && { notes: collected.notes }),
      ...(session !== undefined && { session }),
      ...(denied.length > 0 && { denied }),
      drift: driftOf(collected.changedFiles, request.ticket.files),
      exitCode: end.exit.exitCode,
      seconds,
      outputFile: files.output,
    };
    if (judgement.outcome !== 'completed') return result;
    const settings = await changedMember(request, worktree, collected);
    if (settings !== undefined) return { ...result, ...judgeSettings(settings) };
    const failed = await runTicketChecks(checks, round, context);
    // Without checks, an agent that has finished counts as finished, even if the run was stopped since. Interrupted
    // checks prove nothing.
    if (checks.length > 0 && context.signal?.aborted) return { ...result, outcome: 'interrupted' };
    const [first] = failed;
    if (!first) {
      const asked = performance.now();
      const review = await reviewOf(result, request, run);
      if (review.verdict !== 'sent-back') return reviewed(result, review);
      deadline += performance.now() - asked;
      await worktree.putBack(result.commit ?? request.base);
      previous = { kind: 'comment', text: review.comment, here: true };
      // The number of allowed check failures starts again.
      begun = round;
      continue;
    }
    await appendRegular(files.output, failed.map(logLines).join(''));
    const last = failed.find((one) => !canBeFixed(one, round - begun));
    if (last || performance.now() >= deadline) return { ...result, ...judgeFailed(last ?? first) };
    // Files left by the checks are not the agent's work.
    await worktree.putBack(collected.commit ?? request.base);
    previous = { kind: 'checks', failed };
  }
}

function reviewOf(result: AttemptResult, { base, ticket }: WorkRequest, run: AgentRun): Promise<Review> {
  const { commit, changedFiles, summary } = result;
  const nobody: Promise<Review> = Promise.resolve({ verdict: 'accepted' });
  if (!run.onReview || commit === undefined) return nobody;
  const passed = (ticket.checks ?? []).map(({ name }) => name);
  return run.onReview({ base, commit, changedFiles, passed, ...(summary !== undefined && { summary }) });
}

function reviewed(result: AttemptResult, review: Exclude<Review, { verdict: 'sent-back' }>): AttemptResult {
  if (review.verdict === 'accepted') return result;
  if (review.verdict === 'deferred')
    return { ...result, outcome: 'deferred', category: 'user_rejected', reason: shorten(review.reason) };
  return { ...result, outcome: 'interrupted' };
}

function withHints(judgement: Judgement, hints: readonly (string | undefined)[]): Judgement {
  const { outcome, category, reason = 'it failed' } = judgement;
  const failed = outcome === 'account-refused' || (outcome === 'failed' && category === 'agent_failed');
  const known = hints.filter((hint) => hint !== undefined);
  return failed && known.length > 0 ? { ...judgement, reason: [reason, ...known].join('; ') } : judgement;
}

const MAX_DENIED = 20;

/** Without repetitions, in a few words each. */
function deniedIn(report: AgentEnd['report'], cwd: string): string[] {
  const all = (report?.denied ?? []).map((one) => shortActivity(one, cwd));
  return [...new Set(all)].slice(0, MAX_DENIED);
}

function judgeSettings(path: string): Judgement {
  const reason = `it changed the settings of sage in ${path}: name the file in the ticket's "files" if it may`;
  return { outcome: 'deferred', category: 'tampering', reason: shorten(reason) };
}

/** The result if the agent never ran. */
export function notRun(judgement: Judgement, files: AttemptFiles): AttemptResult {
  return {
    ...judgement,
    changedFiles: [],
    ignoredFiles: [],
    drift: [],
    exitCode: null,
    seconds: 0,
    outputFile: files.output,
  };
}

/**
 * Changed files that a ticket did not declare; empty if it declares nothing. A declared folder includes everything in
 * it.
 */
function driftOf(changed: readonly string[], declared: readonly string[] = []): string[] {
  if (declared.length === 0) return [];
  const known = declared.map((path) =>
    posix
      .normalize(path)
      .replace(/^\.?\/+/, '')
      .replace(/\/+$/, ''),
  );
  return changed.filter((file) => !known.some((path) => file === path || file.startsWith(`${path}/`)));
}
