import { distance } from 'fastest-levenshtein';
import { AgentError } from '../errors.ts';
import { shellWord } from '../process/shell.ts';
import { readAcpEvent } from './acp-report.ts';
import type { Agent } from './agent.ts';
import type { PermissionPolicy } from './permission.ts';
import type { ReadEvent } from './report.ts';
import { KNOWN_AGENTS } from './known-agents.ts';

/** Prefix for the command of an agent that speaks the Agent Client Protocol. */
const ACP = 'acp:';

/** The shell line in an agent name with that prefix; otherwise undefined. */
export function serverLine(name: string | undefined): string | undefined {
  return name?.trim().startsWith(ACP) === true ? name : undefined;
}

/** An agent defined in a project's configuration. */
export interface CustomAgent {
  /** A shell line that reads the prompt from stdin or, after `acp:`, speaks the Agent Client Protocol. */
  readonly command: string;
  /** The shell line that resumes a session; `{session}` stands for its id. */
  readonly resume?: string;
  /** The known agent whose event format it prints, or a function that reads its events. */
  readonly events?: string | ReadEvent;
  /** The part of the shell line that selects a model, added at the end; `{model}` stands for the quoted model. */
  readonly model?: string;
  /** Variables that it needs. */
  readonly environment?: readonly string[];
  readonly permissions?: PermissionPolicy;
}

export interface AgentChoice {
  /** The name of a known or custom agent. */
  readonly name?: string;
  /** A shell line; overrides that of the named agent. */
  readonly command?: string;
  /** Custom agents in the configuration: name to shell line, or to a full definition. */
  readonly custom?: Readonly<Record<string, string | CustomAgent>> | undefined;
  /** What an agent may do when it asks. */
  readonly permissions?: PermissionPolicy;
  readonly model?: string;
  /** How many turns it may take at once. */
  readonly maxTurns?: number;
}

/**
 * A shell line given together with the name of a known agent (for example, to select a model) is treated as that
 * agent's.
 * @throws {AgentError} `UNKNOWN_AGENT`, with the nearest known agent; NO_TURN_LIMIT, NO_MODEL.
 */
export function resolveAgent(choice: AgentChoice): Agent {
  const agent = withModel(chosenAgent(choice), choice.model);
  const { maxTurns } = choice;
  if (maxTurns === undefined) return agent;
  if (agent.limitTurns) return { ...agent, command: agent.limitTurns(agent.command, maxTurns) };
  throw new AgentError(
    'NO_TURN_LIMIT',
    agent.name,
    `agent ${JSON.stringify(agent.name)} has no limit of turns: remove --max-turns, and use --timeout or --max-ticket-tokens`,
  );
}

function withModel(agent: Agent, model: string | undefined): Agent {
  if (model === undefined) return agent;
  if (agent.chooseModel) return { ...agent, command: agent.chooseModel(agent.command, shellWord(model)) };
  throw new AgentError(
    'NO_MODEL',
    agent.name,
    `agent ${JSON.stringify(agent.name)} cannot choose a model: name the model in the agent's command, and nowhere else`,
  );
}

function chosenAgent({ name, command, custom = {}, permissions }: AgentChoice): Agent {
  const known = KNOWN_AGENTS.find((agent) => agent.name === name);
  if (command !== undefined && command.trim() !== '') {
    const like = known ?? likeProgram(command);
    return ofLine({ metered: false, permissions, ...like, name: name ?? 'command' }, command);
  }
  if (name === undefined) {
    const names = KNOWN_AGENTS.map((agent) => agent.name).join(', ');
    const how = `add --agent NAME (${names} or your own), or --agent-command CMD`;
    throw new AgentError('UNKNOWN_AGENT', '', `no agent is chosen: ${how}`);
  }
  if (name.startsWith(ACP)) return ofLine({ permissions, ...likeProgram(name), name, metered: true }, name);
  const own = Object.hasOwn(custom, name) ? custom[name] : undefined;
  if (own !== undefined) return ofCustom(name, typeof own === 'string' ? { command: own } : own, permissions);
  if (known) return { ...known, permissions };
  const names = [...KNOWN_AGENTS.map((agent) => agent.name), ...Object.keys(custom)];
  throw unknownAgent(name, names);
}

/**
 * Words in a shell line before its program: variables, programs that start another one, their options and durations.
 */
const BEFORE_PROGRAM =
  /^(?:[A-Za-z_]\w*=.*|-.*|\d+[smhd]?|(?:.*\/)?(?:exec|command|env|nice|ionice|nohup|time|timeout|stdbuf|npx|pnpx|bunx))$/;

/**
 * What a shell line shares with a known agent that uses the same program: the required variables and folders, and how
 * to sign in. Its output format and flags may differ.
 */
function likeProgram(line: string): Partial<Agent> | undefined {
  const acp = line.trim().startsWith(ACP);
  const words = line.trim().replace(ACP, '').split(/\s+/);
  const program = words.find((word) => !BEFORE_PROGRAM.test(word)) ?? '';
  const names = (acp ? words : [program]).map(
    (word) =>
      word
        .replace(/(?<=.)@.*/, '')
        .split('/')
        .at(-1) ?? '',
  );
  const known = KNOWN_AGENTS.find(({ name, install }) =>
    names.some(
      (each) =>
        each === name ||
        // The name of its package, for npx.
        install?.split(/[ /]/).at(-1) === each ||
        // Servers of the protocol are often separate programs: claude-code-acp, codex-acp.
        (acp && new RegExp(`^${name}\\b`).test(each)),
    ),
  );
  if (!known) return undefined;
  const { environment, state, signIn, metered, inSandbox } = known;
  return { environment, state, signIn, metered, ...(!acp && { inSandbox }) };
}

/** A line after `acp:` is for a server. */
function ofLine(agent: Omit<Agent, 'command'>, line: string): Agent {
  const text = line.trim();
  if (!text.startsWith(ACP)) return { ...agent, command: line };
  const command = text.slice(ACP.length).trim();
  if (command === '')
    throw new AgentError('UNKNOWN_AGENT', agent.name, 'acp: names no command: write acp:COMMAND');
  return { ...agent, command, protocol: 'acp', readEvent: readAcpEvent };
}

function ofCustom(name: string, custom: CustomAgent, permissions: PermissionPolicy | undefined): Agent {
  const { command, resume, events, environment, model } = custom;
  const like = typeof events === 'string' ? KNOWN_AGENTS.find((agent) => agent.name === events) : undefined;
  if (typeof events === 'string' && !like)
    throw unknownAgent(
      events,
      KNOWN_AGENTS.map((agent) => agent.name),
    );
  const program = likeProgram(command);
  const described = {
    name,
    metered: false,
    environment: program?.environment ? [...program.environment, ...(environment ?? [])] : environment,
    state: program?.state,
    permissions: custom.permissions ?? permissions,
    readEvent: typeof events === 'function' ? events : like?.readEvent,
    cumulative: like?.cumulative,
    sessionsStay: like?.sessionsStay,
    ...(model !== undefined && {
      chooseModel: (line: string, name: string) => `${line} ${model.replaceAll('{model}', () => name)}`,
    }),
    ...(resume !== undefined && {
      resume: (_: string, session: string) => resume.replaceAll('{session}', session),
    }),
  };
  return ofLine(described, command);
}

function unknownAgent(name: string, names: readonly string[]): AgentError {
  const nearest = names.toSorted((a, b) => distance(a, name) - distance(b, name))[0];
  return new AgentError(
    'UNKNOWN_AGENT',
    name,
    `unknown agent ${JSON.stringify(name)}: did you mean ${nearest}? Known: ${names.join(', ')}`,
  );
}
