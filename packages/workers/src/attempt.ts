import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { encodeRefComponent } from '@sage/git';
import { agentEnvironment, processMark } from './agent-environment.ts';
import type { Agent } from './agents/agent.ts';
import { readReport } from './agents/read-report.ts';
import { createAttemptFiles, readIfThere } from './attempt-files.ts';
import { judgeOutcome } from './outcome.ts';
import { outputTail } from './output-tail.ts';
import { composePrompt } from './prompt.ts';
import type { AttemptResult, WorkRequest, WorkTicket } from './request.ts';
import { supervise } from './supervise.ts';
import type { Worktrees } from './worktrees.ts';

export interface AttemptOptions {
  readonly agent: Agent;
  readonly worktrees: Worktrees;
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
  const worktree = await options.worktrees.take('agent', request.base, worktreeHolder(request.ticket.id));
  try {
    const prompt = composePrompt({
      ticket: request.ticket,
      documents: await existingDocuments(worktree.path, request.ticket),
      dependencies: request.dependencies ?? [],
      previous: request.previous,
    });
    const files = await createAttemptFiles(options.runDirectory, request.ticket.id, request.attempt, {
      ticket: request.ticket.raw ?? request.ticket,
      prompt,
    });
    const exit = await supervise({
      command: options.agent.command,
      cwd: worktree.path,
      environment: agentEnvironment(process.env, request, files, options.worktrees.directory),
      mark: processMark(request.run, request.worker),
      inputFile: files.prompt,
      outputFile: files.output,
      timeout: options.timeout,
      idleTimeout: options.idleTimeout,
      signal: options.signal,
      hurry: options.hurry,
      onStarted: options.onAgentStarted,
    });
    await options.beforeCollecting?.(exit.exitCode);
    const work = await worktree.commit(request.message);
    const { readEvent } = options.agent;
    const report = readEvent && (await readReport(files.output, readEvent));
    const said = report ? report.text.split('\n') : await outputTail(files.output);
    const judgement = judgeOutcome({
      exit,
      result: await readIfThere(files.result),
      lastLine: said.findLast((line) => line.trim() !== '') ?? '',
      report,
      changed: work.commit !== undefined,
    });
    return {
      ...judgement,
      ...work,
      exitCode: exit.exitCode,
      seconds: exit.seconds,
      outputFile: files.output,
    };
  } finally {
    await worktree.giveBack();
  }
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
