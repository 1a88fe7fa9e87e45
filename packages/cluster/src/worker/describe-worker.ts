import { arch, homedir, hostname, platform } from 'node:os';
import { freeBytes, gitVersion } from '@sage/git';
import {
  type Agent,
  AgentError,
  detectAgent,
  findAgent,
  KNOWN_AGENTS,
  resolveAgent,
  sandboxVersion,
} from '@sage/workers';
import { ClusterError } from '../errors.ts';
import { PROTOCOL } from '../protocol/names.ts';
import type { Payload } from '../protocol/payload.ts';
import type { WorkerDescription } from '../protocol/self-description.ts';
import { thisMachine } from './this-machine.ts';

/** The agents that a worker runs: a single one, or every known agent that is installed. */
export interface WorkerAgent {
  readonly name?: string | undefined;
  /** Its shell line on this machine; the agent's own by default. */
  readonly command?: string | undefined;
}

type Given = Pick<WorkerDescription, 'name' | 'slots' | 'labels' | 'lease' | 'sage'>;

/**
 * The description of this worker.
 * @throws {AgentError}, {ClusterError} `NO_AGENT`: there is no agent that could work here.
 */
export async function describeWorker(
  given: Given,
  own: WorkerAgent,
  folder: string,
  variables: NodeJS.ProcessEnv,
): Promise<WorkerDescription> {
  const chosen = own.name !== undefined || own.command !== undefined;
  const candidates: readonly Agent[] = chosen ? [resolveAgent(own)] : KNOWN_AGENTS;
  if (chosen) for (const agent of candidates) await findAgent(agent, folder);
  const detected = await Promise.all(
    candidates.map(async (agent) => ({
      name: agent.name,
      ...(await detectAgent(agent, folder, variables)),
    })),
  );
  const agents = detected.filter(({ found }) => found);
  const usable = agents.filter(({ signedIn }) => signedIn !== false);
  if (usable.length === 0) {
    const fixes = (agents.length > 0 ? agents : detected).map(({ name, fix }) => `${name}: ${fix ?? ''}`);
    throw new ClusterError(
      'NO_AGENT',
      `no agent can work on this machine (${fixes.join('; ')}); name one with --agent or --agent-command`,
    );
  }
  const git = await gitVersion(folder);
  return {
    ...given,
    protocol: PROTOCOL,
    host: hostname(),
    machine: await thisMachine(),
    pid: process.pid,
    node: process.version,
    git: git.version,
    platform: `${platform()} ${arch()}`,
    sandbox: (await sandboxVersion(homedir()).catch(() => undefined)) !== undefined,
    agents: agents.map(({ name, version, signedIn }) => ({
      name,
      ...(version !== undefined && { version }),
      ...(signedIn !== undefined && { signedIn }),
    })),
    freeDisk: await freeBytes(folder),
    since: new Date().toISOString(),
  };
}

/**
 * The agent for an attempt, as started on this machine.
 * @throws {AgentError}
 */
export function agentOfAttempt({ name, model, permissions }: Payload['agent'], own: WorkerAgent): Agent {
  const named = resolveAgent(own.name === undefined && own.command === undefined ? { name } : own);
  if (named.name !== name)
    throw new AgentError('UNKNOWN_AGENT', name, `this worker runs ${named.name}, not ${name}`);
  return resolveAgent({
    ...(own.name === undefined && own.command === undefined ? { name } : own),
    permissions,
    model,
  });
}
