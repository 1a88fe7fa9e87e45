import { appendFile, rm, writeFile } from 'node:fs/promises';
import type { Agent } from './agents/agent.ts';
import { type AgentEnd, type AgentHooks, canGoOn, runAgent } from './agents/run-agent.ts';
import { type AttemptFiles, readIfThere } from './attempt-files.ts';
import { driftOf } from './drift.ts';
import { type Judgement, judgeOutcome } from './outcome.ts';
import { composeFollowUp } from './prompt.ts';
import type { AttemptResult, FailedCheck, PreviousAttempt, TicketCheck, WorkRequest } from './request.ts';
import type { Masker } from './secrets.ts';
import type { StepContext } from './step.ts';
import { runTicketChecks, unusableCheck } from './ticket-checks.ts';
import { addUsage, ownUsage, type Usage, usageOf } from './usage.ts';
import type { UsedWorktree } from './worktrees.ts';

export interface RoundsOptions {
  readonly agent: Agent;
  readonly request: WorkRequest;
  readonly worktree: UsedWorktree;
  readonly files: AttemptFiles;
  readonly context: StepContext;
  readonly idleTimeout?: number | undefined;
  readonly hooks: AgentHooks;
  /** The whole prompt: for an agent that remembers nothing. */
  readonly prompt: (previous: PreviousAttempt | undefined) => Promise<string>;
  readonly beforeCollecting?: ((exitCode: number | null) => Promise<void>) | undefined;
}

/**
 * The agent works, its work is collected, and the ticket's checks run on it; what they say goes back to the agent, in
 * the same worktree and where it can in the same session, as often as the checks allow.
 */
export async function runRounds(options: RoundsOptions): Promise<AttemptResult> {
  const { request, worktree, files, context } = options;
  const { checks = [] } = request.ticket;
  const unusable = unusableCheck(checks);
  if (unusable) return notRun(judgeFailed(unusable), files);
  const { agent } = options;
  const deadline = performance.now() + context.timeout;
  let session = request.session?.id;
  let inSession: Usage = request.session ?? {};
  let total: Usage = {};
  let seconds = 0;
  let previous = request.previous;
  const hooks: AgentHooks = {
    ...options.hooks,
    // The figures of the rounds before are told with those of this one.
    onEvent: (report) => options.hooks.onEvent?.({ ...report, ...addUsage(total, usageOf(report)) }),
  };
  const turns = { ...options, hooks };
  for (let round = 1; ; round += 1) {
    const left = Math.max(1, deadline - performance.now());
    let end = await turn(turns, { session, previous, timeout: left, fresh: round === 1 });
    if (end.resumed && isLost(end)) {
      end = await turn(turns, { session: undefined, previous, timeout: left, fresh: round === 1 });
    }
    // With checks the worker is not free before they are over.
    if (checks.length === 0) await options.beforeCollecting?.(end.exit.exitCode);
    const collected = await worktree.commit(request.message);
    const { usage: told, ...judgement } = judgeOutcome({
      exit: end.exit,
      result: await maskedResult(files.result, context.masker),
      lastLine: end.lastLine,
      report: end.report,
      changed: collected.commit !== undefined,
    });
    const own = end.resumed ? ownUsage(told, inSession, agent.cumulative) : told;
    inSession = end.resumed ? addUsage(inSession, own) : own;
    total = addUsage(total, own);
    seconds += end.exit.seconds;
    session = end.report?.sessionId;
    const result: AttemptResult = {
      ...judgement,
      ...total,
      ...collected,
      ...(session !== undefined && { session }),
      drift: driftOf(collected.changedFiles, request.ticket.files),
      exitCode: end.exit.exitCode,
      seconds,
      outputFile: files.output,
    };
    if (judgement.outcome !== 'completed' || checks.length === 0) return result;
    const failed = await runTicketChecks(checks, round, context);
    if (context.signal?.aborted) return { ...result, outcome: 'interrupted' };
    const [first] = failed;
    if (!first) return result;
    await appendFile(files.output, failed.map(toldInLog).join(''));
    const last = failed.find((one) => !canBeMended(one, round));
    if (last || performance.now() >= deadline) return { ...result, ...judgeFailed(last ?? first) };
    // What the checks left is no work of the agent.
    await worktree.putBack(collected.commit ?? request.base);
    previous = { kind: 'checks', failed };
  }
}

/** The agent wrote it: what is kept of it holds no secret. */
async function maskedResult(file: string, masker: Masker | undefined): Promise<string | undefined> {
  const text = await readIfThere(file);
  if (text === undefined || !masker || masker.empty) return text;
  const masked = masker.text(text);
  if (masked !== text) await writeFile(file, masked);
  return masked;
}

interface Turn {
  readonly session: string | undefined;
  readonly previous: PreviousAttempt | undefined;
  readonly timeout: number;
  /** Whether the worktree holds nothing of what the session knows. */
  readonly fresh: boolean;
}

async function turn(
  { agent, files, context, idleTimeout, hooks, prompt }: RoundsOptions,
  { session, previous, timeout, fresh }: Turn,
): Promise<AgentEnd> {
  const goesOn = previous !== undefined && !(fresh && agent.sessionsStay) && canGoOn(agent, session);
  await writeFile(
    files.prompt,
    goesOn ? composeFollowUp(previous, fresh, context.cwd) : await prompt(previous),
  );
  await rm(files.result, { force: true });
  return runAgent(
    agent,
    {
      ...context,
      promptFile: files.prompt,
      outputFile: files.output,
      timeout,
      idleTimeout,
      session: goesOn ? session : undefined,
    },
    hooks,
  );
}

/** A session that could not be gone on with: the agent failed before its model was asked anything. */
function isLost({ exit, report }: AgentEnd): boolean {
  const failed = exit.exitCode !== 0 || report?.problem !== undefined;
  return exit.ended === 'exited' && failed && !report?.tokens && report?.problem?.kind !== 'rate-limit';
}

function canBeMended({ check, broken }: FailedCheck, round: number): boolean {
  return !broken && round <= check.retries;
}

function judgeFailed({ check, reason, broken, output }: FailedCheck): Judgement {
  const lastLine = output.split('\n').at(-1);
  return {
    outcome: broken || check.otherwise === 'defer' ? 'deferred' : 'failed',
    category: broken ? 'validation_script_error' : check.category,
    reason: `${check.name} ${reason}${lastLine ? `: ${lastLine}` : ''}`,
  };
}

function toldInLog({ check, reason, output }: FailedCheck): string {
  return `\n${label(check)} ${reason}\n${output}\n`;
}

function label({ name, command }: TicketCheck): string {
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
