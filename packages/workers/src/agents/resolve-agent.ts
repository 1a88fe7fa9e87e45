import { distance } from 'fastest-levenshtein';
import { AgentError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { AGENT_PRESETS } from './presets.ts';

export interface AgentChoice {
  /** A preset's or a custom agent's name. */
  readonly name?: string | undefined;
  /** A shell line; wins over the name's own. */
  readonly command?: string | undefined;
  /** Custom agents of the configuration: name to shell line. */
  readonly custom?: Readonly<Record<string, string>> | undefined;
}

/** @throws AgentError UNKNOWN_AGENT, naming the nearest known agent. */
export function resolveAgent({ name, command, custom = {} }: AgentChoice): Agent {
  const known = new Map([...Object.entries(AGENT_PRESETS), ...Object.entries(custom)]);
  if (command !== undefined && command.trim() !== '') {
    return {
      name: name ?? 'command',
      command,
      metered: name !== undefined && Object.hasOwn(AGENT_PRESETS, name),
    };
  }
  if (name === undefined) {
    throw new AgentError('UNKNOWN_AGENT', '', 'no agent is chosen: add --agent NAME or --agent-command CMD');
  }
  const line = known.get(name);
  if (line === undefined) {
    const nearest = [...known.keys()].toSorted((a, b) => distance(a, name) - distance(b, name))[0];
    throw new AgentError(
      'UNKNOWN_AGENT',
      name,
      `unknown agent ${JSON.stringify(name)}: did you mean ${nearest}? Known: ${[...known.keys()].join(', ')}`,
    );
  }
  return { name, command: line, metered: Object.hasOwn(AGENT_PRESETS, name) };
}
