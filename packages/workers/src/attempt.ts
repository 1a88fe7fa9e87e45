import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { encodeRefComponent } from '@sage/git';
import { processMark, ticketEnvironment, worktreeEnvironment } from './agent-environment.ts';
import type { Agent } from './agents/agent.ts';
import { readReport } from './agents/read-report.ts';
import { type AttemptFiles, createAttemptFiles, readIfThere } from './attempt-files.ts';
import { judgeOutcome } from './outcome.ts';
import { outputTail } from './output-tail.ts';
import { composePrompt } from './prompt.ts';
import type { AttemptResult, WorkRequest, WorkTicket } from './request.ts';
import { supervise } from './supervise.ts';
import type { StepContext } from './step.ts';
import { setUp, tearDown } from './worktree-hooks.ts';
import type { WorktreeSettings } from './worktree-settings.ts';
import type { UsedWorktree, Worktrees } from './worktrees.ts';

export interface AttemptOptions {
  readonly agent: Agent;
  /** Top of the user's checkout. */
  readonly root: string;
  readonly worktrees: Worktrees;
  readonly settings: WorktreeSettings;
  readonly runDirectory: string;
  /** Wall-clock limit of the agent in milliseconds. */
  readonly timeout: number;
  readonly idleTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly hurry?: AbortSignal | undefined;
  readonly onAgentStarted?: (() => void) | undefined;
  readonly beforeCollecting?: ((exitCode: number | null) => Promise<void>) | undefined;
}

/** A ticket has one attempt at a time, so its worktree is found by the ticket after a kill. */
export function worktreeHolder(ticketId: string): string {
  return encodeRefComponent(ticketId);
}

/** One ticket, one agent, one clean worktree: runs it to its end and turns what is left into one commit. */
export async function runAttempt(request: WorkRequest, options: AttemptOptions): Promise<AttemptResult> {
  const { worktrees, settings, signal, hurry } = options;
  const worktree = await worktrees.take('agent', request.base, worktreeHolder(request.ticket.id));
  try {
    const files = await writeFiles(request, options, worktree);
    const context: StepContext = {
      cwd: worktree.path,
      environment: {
        ...worktreeEnvironment(process.env, worktree, worktrees.directory),
        ...ticketEnvironment(request, files),
      },
      mark: processMark(request.run, worktree.name),
      directory: files.directory,
      timeout: options.timeout,
      signal,
      hurry,
    };
    // Nobody waits for an agent that starts after a long setup.
    if (settings.setup !== undefined) options.onAgentStarted?.();
    try {
      const unready = await setUp(worktree, options.root, settings, context);
      return unready === undefined
        ? await work(request, options, worktree, files, context)
        : notReady(unready, signal?.aborted === true, files);
    } finally {
      await tearDown(settings, context);
    }
  } finally {
    await worktree.giveBack();
  }
}

async function writeFiles(
  request: WorkRequest,
  { runDirectory }: AttemptOptions,
  worktree: UsedWorktree,
): Promise<AttemptFiles> {
  const prompt = composePrompt({
    ticket: request.ticket,
    documents: await existingDocuments(worktree.path, request.ticket),
    dependencies: request.dependencies ?? [],
    previous: request.previous,
  });
  return createAttemptFiles(runDirectory, request.ticket.id, request.attempt, {
    ticket: request.ticket.raw ?? request.ticket,
    prompt,
  });
}

async function work(
  request: WorkRequest,
  options: AttemptOptions,
  worktree: UsedWorktree,
  files: AttemptFiles,
  context: StepContext,
): Promise<AttemptResult> {
  const exit = await supervise({
    ...context,
    command: options.agent.command,
    inputFile: files.prompt,
    outputFile: files.output,
    idleTimeout: options.idleTimeout,
    onStarted: options.onAgentStarted,
  });
  await options.beforeCollecting?.(exit.exitCode);
  const collected = await worktree.commit(request.message);
  const { readEvent } = options.agent;
  const report = readEvent && (await readReport(files.output, readEvent));
  const said = report ? report.text.split('\n') : await outputTail(files.output);
  const judgement = judgeOutcome({
    exit,
    result: await readIfThere(files.result),
    lastLine: said.findLast((line) => line.trim() !== '') ?? '',
    report,
    changed: collected.commit !== undefined,
  });
  return {
    ...judgement,
    ...collected,
    exitCode: exit.exitCode,
    seconds: exit.seconds,
    outputFile: files.output,
  };
}

/** The agent never ran. */
function notReady(reason: string, interrupted: boolean, files: AttemptFiles): AttemptResult {
  return {
    ...(interrupted
      ? { outcome: 'interrupted' }
      : { outcome: 'failed', category: 'external_blocker', reason }),
    changedFiles: [],
    ignoredFiles: [],
    exitCode: null,
    seconds: 0,
    outputFile: files.output,
  };
}

async function existingDocuments(root: string, ticket: WorkTicket): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [role, path] of Object.entries(ticket.docs ?? {})) {
    const inside = !relative(root, join(root, path)).startsWith('..');
    const there = await access(join(root, path)).then(
      () => true,
      () => false,
    );
    if (inside && there) found[role] = path;
  }
  return found;
}
