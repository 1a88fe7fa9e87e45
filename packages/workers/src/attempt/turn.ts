import { removeTree } from '@sage/git';
import type { AgentRun } from '../agents/agent-run.ts';
import type { Agent } from '../agents/agent.ts';
import { type AgentEnd, canResume, runAgent } from '../agents/run-agent.ts';
import type { CommandLimits } from '../process/command-run.ts';
import { readRegular, replaceRegular } from '../process/regular-file.ts';
import type { Masker } from '../process/secrets.ts';
import type { StepContext } from '../process/step.ts';
import { composeFollowUp } from '../prompt/prompt.ts';
import type { PreviousAttempt } from '../request.ts';
import type { AttemptFiles } from './attempt-files.ts';

export interface TurnOptions extends Pick<CommandLimits, 'idleTimeout'> {
  readonly agent: Agent;
  /** Shell lines that the agent may run. */
  readonly commands?: readonly string[];
  readonly files: AttemptFiles;
  readonly agentContext: StepContext;
  readonly run: AgentRun;
  /** The complete prompt, for an agent without a session. */
  readonly prompt: (previous: PreviousAttempt | undefined) => Promise<string>;
}

export interface Turn {
  readonly session: string | undefined;
  readonly previous: PreviousAttempt | undefined;
  readonly timeout: number;
  /** Whether the worktree is new to the session. */
  readonly fresh: boolean;
}

/** Writes the prompt, and runs the agent until it ends. */
export async function runTurn(
  { agent, commands, files, agentContext: context, idleTimeout, run, prompt }: TurnOptions,
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

/** Whether the session could not be resumed: the agent failed before it asked its model anything. */
export function isLost({ exit, report }: AgentEnd): boolean {
  const failed = exit.exitCode !== 0 || report?.problem !== undefined;
  return (
    exit.ended === 'exited' && failed && !report?.tokens && (report?.problem?.kind ?? 'failure') === 'failure'
  );
}

const MAX_RESULT_BYTES = 2 ** 20;

/** The agent wrote this file, so secrets in it are masked. */
export async function maskedResult(file: string, masker: Masker | undefined): Promise<string | undefined> {
  const text = await readRegular(file, MAX_RESULT_BYTES);
  if (text === undefined || !masker || masker.empty) return text;
  const masked = masker.text(text);
  if (masked !== text) await replaceRegular(file, masked);
  return masked;
}
