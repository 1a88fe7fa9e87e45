import { SettingError } from '../errors.ts';
import type { Agent } from './agent.ts';

/**
 * The agent that ends after so many turns of its model.
 * @throws SettingError where its program has no such limit.
 */
export function limitTurns(agent: Agent, turns: number): Agent {
  if (!agent.limitTurns) {
    const instead = 'leave --max-turns out, or limit it with --timeout or --max-ticket-tokens';
    throw new SettingError('maxTurns', `${agent.name} has no limit of turns: ${instead}`);
  }
  return { ...agent, command: agent.limitTurns(agent.command, turns) };
}
