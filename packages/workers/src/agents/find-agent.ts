import { runProcess } from '@sage/git';
import { AgentError } from '../errors.ts';
import { userShell } from '../process/shell.ts';
import type { Agent } from './agent.ts';

/**
 * The program at the start of an agent's shell line, as the shell finds it. Undefined if the line starts with
 * something that only the shell can parse (quotes, `$`, a subshell).
 * @throws {AgentError} `AGENT_NOT_FOUND`
 */
export async function findAgent(agent: Agent, cwd: string): Promise<string | undefined> {
  const program = agentProgram(agent);
  if (program === undefined) return undefined;
  const { stdout, exitCode } = await runProcess(userShell(), ['-c', `command -v ${program}`], { cwd });
  if (exitCode !== 0) {
    throw new AgentError(
      'AGENT_NOT_FOUND',
      agent.name,
      `agent ${JSON.stringify(agent.name)} not found: no program ${JSON.stringify(program)}${program.includes('/') ? '' : ' on PATH'}; ${agent.install ? `install it (${agent.install})` : 'install it'} or name another with --agent or --agent-command`,
    );
  }
  return stdout.toString().split('\n')[0] ?? program;
}

/**
 * The first word of an agent's shell line, if it is a plain word. Nothing else is safe to use in another shell line.
 */
export function agentProgram({ command }: Agent): string | undefined {
  const word =
    command
      .trim()
      .replace(/^(?:[A-Za-z_]\w*=[\w./:@%+,-]*\s+)+/, '')
      .split(/\s+/)[0] ?? '';
  return /^[\w./][\w./@%+,-]*$/.test(word) ? word : undefined;
}
