import { isAbsolute } from 'node:path';
import { runProcess } from '@sage/git';
import { AgentError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { realPath } from '../process/user-path.ts';
import { findAgent } from './find-agent.ts';
import { isSignedIn } from './sign-in.ts';

/** What can be found out about an agent on this machine without asking its model. */
export interface AgentState {
  readonly found: boolean;
  /** The program's path. Absent if the shell line starts with something that only the shell can parse. */
  readonly program?: string;
  readonly version?: string;
  /** Absent if only the agent knows. */
  readonly signedIn?: boolean;
  /** What to do if it is not found or not signed in. */
  readonly fix?: string;
}

/** How long a program may take to print its version. */
const VERSION_TIMEOUT_MS = 10_000;

/** Looks for an agent's program, its version and its credentials. Never throws if they are missing. */
export async function detectAgent(
  agent: Agent,
  cwd: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<AgentState> {
  let program: string | undefined;
  try {
    program = await findAgent(agent, cwd);
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    return { found: false, fix: agent.install ? `install it (${agent.install})` : 'install it' };
  }
  // A custom agent's program may do anything when started; known ones only print their version.
  const version =
    agent.signIn && program !== undefined && isOutside(program, cwd)
      ? await versionOf(program, cwd)
      : undefined;
  const signedIn = isSignedIn(agent, environment);
  return {
    found: true,
    ...(program !== undefined && { program }),
    ...(version !== undefined && { version }),
    ...(signedIn !== undefined && { signedIn }),
    ...(signedIn === false && { fix: agent.signIn?.fix ?? '' }),
  };
}

/** Programs inside the repository are not run just to look at them. */
function isOutside(program: string, root: string): boolean {
  const real = isAbsolute(program) ? realPath(program) : undefined;
  return real !== undefined && !real.startsWith(`${root}/`) && !program.startsWith(`${root}/`);
}

async function versionOf(program: string, cwd: string): Promise<string | undefined> {
  const { stdout, exitCode } = await runProcess(program, ['--version'], { cwd, timeout: VERSION_TIMEOUT_MS });
  return exitCode === 0 ? /\d+\.\d+[\w.+-]*/.exec(stdout.toString())?.[0] : undefined;
}
