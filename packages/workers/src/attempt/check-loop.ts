import { posix } from 'node:path';
import { removeTree } from '@sage/git';
import type { Agent } from '../agents/agent.ts';
import type { AgentRun } from '../agents/agent-run.ts';
import type { Review } from '../agents/review.ts';
import { shortActivity } from '../agents/activity.ts';
import { type AgentEnd, canResume, runAgent } from '../agents/run-agent.ts';
import type { AttemptFiles } from './attempt-files.ts';
import { keepIgnored } from './leftovers.ts';
import { type Judgement, judgeOutcome, shorten } from './outcome.ts';
import { composeFollowUp } from '../prompt/prompt.ts';
import type { AttemptResult, FailedCheck, PreviousAttempt, WorkCheck, WorkRequest } from '../request.ts';
import type { CommandLimits } from '../process/command-run.ts';
import { isMachineError } from '../process/machine-error.ts';
import { appendRegular, readRegular, replaceRegular } from '../process/regular-file.ts';
import { fullFileSystem } from '../process/room.ts';
import type { Masker } from '../process/secrets.ts';
import type { StepContext } from '../process/step.ts';
import { changedMember } from './protected-member.ts';
import { runTicketChecks, unusableCheck } from './ticket-checks.ts';
import { sumUsage, ownUsage, type TokenUsage, usageOf } from '../usage.ts';
import type { UsedWorktree } from '../worktree/used-worktree.ts';

export interface CheckLoopOptions extends Pick<CommandLimits, 'idleTimeout'> {
  readonly agent: Agent;
  readonly request: WorkRequest;
  readonly worktree: UsedWorktree;
  /** Shell lines that the agent may run. */
  readonly commands?: readonly string[];
  /** What is said where an agent fails that Sage does not know: keys that it did not see. */
  readonly withheld?: string;
  readonly files: AttemptFiles;
  /** Of checks, and of the agent. */
  readonly context: StepContext;
  readonly agentContext: StepContext;
  readonly run: AgentRun;
  /** The whole prompt: for an agent that remembers nothing. */
  readonly prompt: (previous: PreviousAttempt | undefined) => Promise<string>;
}

/**
 * The agent works, its work is collected, and the ticket's checks run on it. What they say goes back to the agent, in
 * the same worktree and, if the agent can resume, in the same session, as often as the checks allow.
 */
export async function runCheckLoop(options: CheckLoopOptions): Promise<AttemptResult> {
  const { worktree, request, run, files } = options;
  try {
    return await loop(options);
  } catch (error) {
    const reason = shorten((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '');
    // What the machine does not lack, the agent has broken.
    const failed: Judgement = isMachineError(error)
      ? { outcome: 'machine-failed', reason }
      : { outcome: 'failed', category: 'agent_failed', reason };
    // What the agent had done by then is not lost.
    const collected = await collect(worktree, request.message, run.killSignal).catch(() => undefined);
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
  /** The last round before a person sent the work back. */
  let begun = 0;
  const run: AgentRun = {
    ...options.run,
    // With the figures of the rounds before.
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
    // With checks the worker is not free before they are over.
    if (checks.length === 0) await run.beforeCollecting?.(end.exit.exitCode);
    const collected = await collect(worktree, request.message, run.killSignal);
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
      ...withHint(judgement, options.withheld),
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
    // An agent that has finished has finished, even if the run was stopped since; checks that were cut off say nothing.
    if (checks.length > 0 && context.signal?.aborted) return { ...result, outcome: 'interrupted' };
    const [first] = failed;
    if (!first) {
      const asked = performance.now();
      const review = await reviewOf(result, request, run);
      if (review.verdict !== 'sent-back') return reviewed(result, review);
      deadline += performance.now() - asked;
      await worktree.putBack(result.commit ?? request.base);
      previous = { kind: 'comment', text: review.comment, here: true };
      // The checks may fail as often again.
      begun = round;
      continue;
    }
    await appendRegular(files.output, failed.map(logLines).join(''));
    const last = failed.find((one) => !canBeFixed(one, round - begun));
    if (last || performance.now() >= deadline) return { ...result, ...judgeFailed(last ?? first) };
    // What the checks left is not the agent's work.
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

const MAX_RESULT_BYTES = 2 ** 20;

/** The agent wrote it: what is kept of it holds no secret. */
async function maskedResult(file: string, masker: Masker | undefined): Promise<string | undefined> {
  const text = await readRegular(file, MAX_RESULT_BYTES);
  if (text === undefined || !masker || masker.empty) return text;
  const masked = masker.text(text);
  if (masked !== text) await replaceRegular(file, masked);
  return masked;
}

interface Turn {
  readonly session: string | undefined;
  readonly previous: PreviousAttempt | undefined;
  readonly timeout: number;
  /** Whether the worktree holds nothing of what the session knows. */
  readonly fresh: boolean;
}

async function runTurn(
  { agent, commands, files, agentContext: context, idleTimeout, run, prompt }: CheckLoopOptions,
  { session, previous, timeout, fresh }: Turn,
): Promise<AgentEnd> {
  const resumes = previous !== undefined && !(fresh && agent.sessionsStay) && canResume(agent, session);
  await replaceRegular(
    files.prompt,
    resumes ? composeFollowUp(previous, fresh, context.cwd) : await prompt(previous),
  );
  await removeTree(files.result);
  return runAgent(
    agent,
    {
      ...context,
      commands,
      promptFile: files.prompt,
      outputFile: files.output,
      timeout,
      idleTimeout,
      session: resumes ? session : undefined,
    },
    run,
  );
}

function withHint(judgement: Judgement, withheld: string | undefined): Judgement {
  const { outcome, category, reason = 'it failed' } = judgement;
  const failed = outcome === 'account-refused' || (outcome === 'failed' && category === 'agent_failed');
  return failed && withheld !== undefined ? { ...judgement, reason: `${reason}; ${withheld}` } : judgement;
}

const MAX_DENIED = 20;

/** Each once, in a few words. */
function deniedIn(report: AgentEnd['report'], cwd: string): string[] {
  const all = (report?.denied ?? []).map((one) => shortActivity(one, cwd));
  return [...new Set(all)].slice(0, MAX_DENIED);
}

/** A session that could not be resumed: the agent failed before its model was asked anything. */
function isLost({ exit, report }: AgentEnd): boolean {
  const failed = exit.exitCode !== 0 || report?.problem !== undefined;
  return (
    exit.ended === 'exited' && failed && !report?.tokens && (report?.problem?.kind ?? 'failure') === 'failure'
  );
}

function canBeFixed({ check, broken }: FailedCheck, round: number): boolean {
  return !broken && round <= check.retries;
}

function judgeFailed({ check, reason, broken, output }: FailedCheck): Judgement {
  const lastLine = output.split('\n').at(-1);
  return {
    outcome: broken || check.otherwise === 'defer' ? 'deferred' : 'failed',
    category: broken ? 'validation_script_error' : check.category,
    reason: shorten(`${check.name} ${reason}${lastLine ? `: ${lastLine}` : ''}`),
  };
}

function judgeSettings(path: string): Judgement {
  const reason = `it changed the settings of sage in ${path}: name the file in the ticket's "files" if it may`;
  return { outcome: 'deferred', category: 'tampering', reason: shorten(reason) };
}

function logLines({ check, reason, output }: FailedCheck): string {
  return `\n${label(check)} ${reason}\n${output}\n`;
}

function label({ name, command }: WorkCheck): string {
  return `${name} (${command})`;
}

/** The agent never ran. */
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

/** Changed files that a ticket did not declare; none if it declares nothing. A declared folder holds all below it. */
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

/** Collecting may take this long when everything has to end at once. */
const COLLECT_MS = 10_000;

/** Collects what an agent left; when everything has to end at once, in a limited time. */
async function collect(
  worktree: UsedWorktree,
  message: string,
  killSignal: AbortSignal | undefined,
): ReturnType<UsedWorktree['commit']> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = () => (timer = setTimeout(() => late.abort(), COLLECT_MS));
  if (killSignal?.aborted) limit();
  else killSignal?.addEventListener('abort', limit, { once: true });
  try {
    return await worktree.commit(message, late.signal);
  } finally {
    killSignal?.removeEventListener('abort', limit);
    clearTimeout(timer);
  }
}
