import { access } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { encodeRefComponent } from '@sage/git';
import { ticketEnvironment, worktreeEnvironment } from './worktree-environment.ts';
import type { Agent } from '../agents/agent.ts';
import type { Granted } from '../agents/grant.ts';
import type { AgentRun } from '../agents/agent-run.ts';
import { createAttemptFiles } from './attempt-files.ts';
import { composePrompt } from '../prompt/prompt.ts';
import type { PromptTemplate } from '../prompt/prompt-template.ts';
import { notRun, runCheckLoop } from './check-loop.ts';
import type { AttemptResult, WorkRequest, WorkTicket } from '../request.ts';
import type { CommandLimits } from '../process/command-run.ts';
import { processMark } from '../process/end-processes.ts';
import { withheldKeys } from './withheld-keys.ts';
import { agentEnvironment, checkEnvironment } from '../process/allowed-environment.ts';
import { confineAgent, confineCommands } from './confine.ts';
import type { StepContext } from '../process/step.ts';
import { setUp, tearDown } from '../worktree/worktree-hooks.ts';
import type { WorkerContext } from './worker-context.ts';

export interface AttemptOptions extends WorkerContext, Pick<CommandLimits, 'idleTimeout'> {
  readonly agent: Agent;
  /** How many workers there are, as far as is known. */
  readonly workers: () => number;
  /** The template of the prompt; Sage's own by default. */
  readonly template?: PromptTemplate;
}

const SPARE_WORKTREES = 2;

/** A ticket has only one attempt at a time, so its worktree can be found by the ticket after a kill. */
export function worktreeHolder(ticketId: string): string {
  return encodeRefComponent(ticketId);
}

/** Runs one agent on one ticket in a clean worktree, and collects its changes as commits. */
export async function runAttempt(
  request: WorkRequest,
  options: AttemptOptions,
  run: AgentRun,
): Promise<AttemptResult> {
  const { worktrees, settings, variables } = options;
  const { signal, killSignal } = run;
  const holder = worktreeHolder(request.ticket.id);
  const worktree = await worktrees.take('agent', request.base, holder, {
    // A worker takes its next ticket while its last work is collected, but disk space is limited.
    most: options.workers() + SPARE_WORKTREES,
    // Collecting work, which frees worktrees, waits for agents to start. It goes first if there is no free worktree.
    onWait: run.onStarted,
    protectedPaths: request.protectedPaths,
    protectedNames: request.protectedNames,
  });
  try {
    const files = await createAttemptFiles(
      options.runDirectory,
      request.ticket.id,
      request.attempt,
      request.ticket.raw ?? request.ticket,
    );
    const checks = (request.ticket.checks ?? []).map(({ command }) => command);
    const commands = [...options.commands, ...checks];
    const granted = await grantedTo(options.agent, commands, options);
    const own = {
      ...worktreeEnvironment(worktree, worktrees.directory),
      ...ticketEnvironment(request, files),
    };
    const context: StepContext = {
      ...(await confineCommands(options, worktree, files)),
      cwd: worktree.path,
      environment: { ...checkEnvironment(variables, options.allowed), ...own },
      masker: options.masker,
      mark: processMark(request.run, worktree.name),
      directory: files.directory,
      timeout: options.timeout,
      signal,
      killSignal,
    };
    // With a long setup, nothing should wait for the agent to start.
    if (settings.setup !== undefined) run.onStarted?.();
    try {
      const unready = await setUp(worktree, options.repository.root, settings, context);
      if (unready !== undefined) {
        const failed = { outcome: 'machine-failed', reason: unready } as const;
        return notRun(signal?.aborted === true ? { outcome: 'interrupted' } : failed, files);
      }
      const names = [...(options.agent.environment ?? []), ...options.allowed];
      const agentContext: StepContext = {
        ...context,
        ...(await confineAgent(options, options.agent.state ?? [], worktree, { files, holder })),
        ...options.limits,
        // The user's own variable wins.
        environment: { ...granted.variables, ...agentEnvironment(variables, names), ...own },
      };
      return await runCheckLoop({
        agent: inSandbox({ ...options.agent, command: granted.command }, options),
        commands,
        withheld: options.agent.signIn ? undefined : withheldKeys(variables, agentContext.environment),
        request,
        worktree,
        files,
        context,
        agentContext,
        idleTimeout: options.idleTimeout,
        run,
        prompt: async (previous) =>
          composePrompt(
            {
              ticket: request.ticket,
              documents: await existingDocuments(worktree.path, request.ticket),
              dependencies: request.dependencies ?? [],
              previous,
              worktree: worktree.path,
              protectedPaths: options.protectedPaths,
            },
            options.template,
          ),
      });
    } finally {
      await tearDown(options.repository.root, settings, context);
    }
  } finally {
    await worktree.giveBack();
  }
}

/** An agent may do here what it may do in the user's checkout, and may run the commands that judge its work. */
async function grantedTo(
  agent: Agent,
  commands: readonly string[],
  { repository, variables }: Pick<AttemptOptions, 'repository' | 'variables'>,
): Promise<Granted> {
  if (!agent.grant) return { command: agent.command };
  const own = (await agent.ownSettings?.(repository.root, variables)) ?? { rules: [], trusted: false };
  return agent.grant(agent.command, { policy: agent.permissions, commands, ...own });
}

function inSandbox(agent: Agent, { sandbox }: AttemptOptions): Agent {
  return sandbox && agent.inSandbox ? { ...agent, command: agent.inSandbox(agent.command) } : agent;
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
