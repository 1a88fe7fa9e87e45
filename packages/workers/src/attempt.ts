import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { encodeRefComponent } from '@sage/git';
import { processMark, ticketEnvironment, worktreeEnvironment } from './agent-environment.ts';
import type { Agent } from './agents/agent.ts';
import type { PermissionRequest } from './agents/permission.ts';
import type { AgentReport } from './agents/report.ts';
import { type AttemptFiles, createAttemptFiles } from './attempt-files.ts';
import { composePrompt } from './prompt.ts';
import type { PromptTemplate } from './prompt-template.ts';
import { notRun, runRounds } from './rounds.ts';
import type { AttemptResult, WorkRequest, WorkTicket } from './request.ts';
import { makeWritable, sandboxed, type SandboxSettings } from './sandbox.ts';
import type { Masker } from './secrets.ts';
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
  /** Variables that commands see besides those that all do. */
  readonly environment: readonly string[];
  readonly masker: Masker;
  readonly sandbox?: SandboxSettings | undefined;
  readonly runDirectory: string;
  /** Of the prompt; Sage's own where it is missing. */
  readonly template?: PromptTemplate | undefined;
  /** Wall-clock limit of the agent in milliseconds. */
  readonly timeout: number;
  readonly idleTimeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly hurry?: AbortSignal | undefined;
  readonly onAgentStarted?: (() => void) | undefined;
  readonly onQuiet?: ((seconds: number) => void) | undefined;
  readonly onPermission?: ((request: PermissionRequest) => Promise<boolean>) | undefined;
  readonly onReport?: ((report: AgentReport) => void) | undefined;
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
    const files = await createAttemptFiles(
      options.runDirectory,
      request.ticket.id,
      request.attempt,
      request.ticket.raw ?? request.ticket,
    );
    const allowed = [...(options.agent.environment ?? []), ...options.environment];
    const context: StepContext = {
      cwd: worktree.path,
      environment: {
        ...worktreeEnvironment(process.env, allowed, worktree, worktrees.directory),
        ...ticketEnvironment(request, files),
      },
      masker: options.masker,
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
      if (unready !== undefined) {
        const failed = { outcome: 'failed', category: 'external_blocker', reason: unready } as const;
        return notRun(signal?.aborted === true ? { outcome: 'interrupted' } : failed, files);
      }
      return await runRounds({
        agent: inSandbox(options),
        request,
        worktree,
        files,
        context: await confined(context, options, worktree, files),
        idleTimeout: options.idleTimeout,
        hooks: {
          signal,
          hurry,
          onStarted: options.onAgentStarted,
          onQuiet: options.onQuiet,
          onEvent: options.onReport,
          onPermission: options.onPermission,
        },
        prompt: async (previous) =>
          composePrompt(
            {
              ticket: request.ticket,
              documents: await existingDocuments(worktree.path, request.ticket),
              dependencies: request.dependencies ?? [],
              previous,
              worktree: worktree.path,
            },
            options.template,
          ),
        beforeCollecting: options.beforeCollecting,
      });
    } finally {
      await tearDown(settings, context);
    }
  } finally {
    await worktree.giveBack();
  }
}

function inSandbox({ agent, sandbox }: AttemptOptions): Agent {
  return sandbox && agent.inSandbox ? { ...agent, command: agent.inSandbox(agent.command) } : agent;
}

/** Setup and teardown are the project's own commands; what an agent wrote runs in the sandbox, as it does. */
async function confined(
  context: StepContext,
  { sandbox, agent, root }: AttemptOptions,
  { path, gitPlaces }: UsedWorktree,
  files: AttemptFiles,
): Promise<StepContext> {
  if (!sandbox) return context;
  const writable = [...(agent.state ?? []), ...(sandbox.writable ?? [])];
  await makeWritable(writable);
  const places = { root, worktree: path, writable: [...gitPlaces, files.directory] };
  return { ...context, wrap: sandboxed({ ...sandbox, writable }, places) };
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
