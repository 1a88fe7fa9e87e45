import { type Agent, type AgentSelection, assertSignedIn, findAgent, resolveAgent } from '@sage/workers';
import { assertCommittedAgent } from './committed-agent.ts';
import type { Settings } from './config.ts';

/**
 * The agent of these settings, or the one that a ticket selects. A different agent has its own command and model.
 * @throws {AgentError} if it is unknown, not installed, or not signed in.
 * @throws {UsageError} if it would be missing in worktrees.
 */
export async function agentOf(settings: Settings, root: string, chosen: AgentSelection = {}): Promise<Agent> {
  const { permissions, maxTurns } = settings;
  const own = chosen.agent === undefined || chosen.agent === settings.agent;
  const agent = resolveAgent({
    name: chosen.agent ?? settings.agent,
    command: own ? settings.agentCommand : undefined,
    custom: settings.agents,
    permissions,
    maxTurns,
    model: chosen.model ?? (own ? settings.model : undefined),
  });
  await findAgent(agent, root);
  await assertCommittedAgent(agent, root, settings.worktrees);
  assertSignedIn(agent, process.env);
  return agent;
}
