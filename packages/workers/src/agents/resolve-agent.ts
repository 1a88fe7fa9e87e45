import { distance } from 'fastest-levenshtein';
import { AgentError } from '../errors.ts';
import type { Agent } from './agent.ts';
import { KNOWN_AGENTS } from './known-agents.ts';

export interface AgentChoice {
  /** The name of a known agent, or of a custom one. */
  readonly name?: string | undefined;
  /** A shell line; wins over the name's own. */
  readonly command?: string | undefined;
  /** Custom agents of the configuration: name to shell line. */
  readonly custom?: Readonly<Record<string, string>> | undefined;
}

/**
 * A shell line that is given with the name of a known agent (to choose a model, say) is read as that agent's.
 * @throws AgentError UNKNOWN_AGENT, naming the nearest known agent.
 */
export function resolveAgent({ name, command, custom = {} }: AgentChoice): Agent {
  const known = KNOWN_AGENTS.find((agent) => agent.name === name);
  if (command !== undefined && command.trim() !== '') {
    return { name: name ?? 'command', metered: false, ...known, command };
  }
  if (name === undefined) {
    throw new AgentError('UNKNOWN_AGENT', '', 'no agent is chosen: add --agent NAME or --agent-command CMD');
  }
  const line = Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (line !== undefined) return { name, command: line, metered: false };
  if (known) return known;
  const names = [...KNOWN_AGENTS.map((agent) => agent.name), ...Object.keys(custom)];
  const nearest = names.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  throw new AgentError(
    'UNKNOWN_AGENT',
    name,
    `unknown agent ${JSON.stringify(name)}: did you mean ${nearest}? Known: ${names.join(', ')}`,
  );
}
