import { sumUsage, usageOf } from '../usage.ts';
import type { Grant, Granted } from './grant.ts';
import { activityOf } from './activity.ts';
import type { Agent } from './agent.ts';
import { problemOf } from './problem.ts';
import { type AgentEvent, type AgentReport, figureIn, numberIn, objectIn, textIn } from './report.ts';

/** The contents of its data folder. */
const KEPT = {
  logins: ['auth.json', 'mcp-auth.json'],
  sessions: ['storage', 'snapshot', 'log', 'project', 'tool-output', 'worktree', 'opencode*'],
};

/** opencode. */
export const opencode: Agent = {
  name: 'opencode',
  command: 'opencode run --format json',
  environment: ['OPENCODE_*', 'ANTHROPIC_*', 'OPENAI_*', 'GEMINI_*', 'GOOGLE_*', 'OPENROUTER_*'],
  install: 'npm install --global opencode-ai',
  signIn: {
    variables: [
      'OPENCODE_CONFIG_CONTENT',
      'ANTHROPIC_API_KEY',
      'OPENAI_API_KEY',
      'GEMINI_API_KEY',
      'OPENROUTER_API_KEY',
    ],
    files: ['$XDG_DATA_HOME/opencode/auth.json', '.local/share/opencode/auth.json'],
    optional: true,
    fix: 'run opencode auth login',
  },
  state: [
    { place: '$XDG_DATA_HOME/opencode', ...KEPT },
    { place: '~/.local/share/opencode', ...KEPT },
    { place: '$XDG_STATE_HOME/opencode', sessions: ['*'] },
    { place: '~/.local/state/opencode', sessions: ['*'] },
    { place: '$XDG_CACHE_HOME/opencode' },
    { place: '~/.cache/opencode' },
    { place: '$XDG_CONFIG_HOME/opencode' },
    { place: '~/.config/opencode' },
  ],
  metered: true,
  readEvent,
  sessionsStay: true,
  grant: allow,
  chooseModel: (command, model) => `${command} --model ${model}`,
  resume: (command, session) => `${command} --session ${session}`,
};

/** Passed in a variable that is merged over the user's own configuration. The last matching rule wins. */
function allow(command: string, { policy, commands }: Grant): Granted {
  // It allows everything unless the user has configured otherwise.
  if (policy === undefined && commands.length === 0) return { command };
  const bash = Object.fromEntries(commands.map((one) => [one, 'allow']));
  const others = {
    edits: { edit: 'allow', bash: { '*': 'ask', ...bash } },
    all: 'allow',
    none: { edit: 'ask', bash: { '*': 'ask', ...bash } },
  };
  const permission = policy === undefined ? { bash } : others[policy];
  return { command, variables: { OPENCODE_PERMISSION: JSON.stringify(permission) } };
}

function readEvent(report: AgentReport, event: AgentEvent): AgentReport {
  const sessionId = textIn(event, 'sessionID');
  const known = sessionId === undefined ? report : { ...report, sessionId };
  const part = objectIn(event, 'part');
  switch (event['type']) {
    case 'text':
      return { ...known, text: textIn(part, 'text') ?? known.text };
    case 'tool_use': {
      const tool = textIn(part, 'tool') ?? 'a tool';
      const state = objectIn(part, 'state');
      const refused = /permission/i.test(textIn(state, 'error') ?? '');
      const activity = activityOf(tool, objectIn(state, 'input'));
      return { ...known, activity, ...(refused && { denied: [...known.denied, activity] }) };
    }
    case 'step_finish': {
      // Each step reports its own figures.
      const tokens = objectIn(part, 'tokens');
      const cache = objectIn(tokens, 'cache');
      const cachedTokens = numberIn(cache, 'read');
      const inputTokens = numberIn(tokens, 'input') + numberIn(cache, 'write') + cachedTokens;
      const outputTokens = numberIn(tokens, 'output');
      const costUsd = figureIn(part, 'cost');
      const counted = { tokens: inputTokens + outputTokens, inputTokens, outputTokens, cachedTokens };
      const step = costUsd === undefined ? counted : { ...counted, costUsd };
      return { ...known, ...sumUsage(usageOf(known), step) };
    }
    case 'error': {
      const error = objectIn(event, 'error');
      const data = objectIn(error, 'data');
      const message = textIn(data, 'message') ?? textIn(error, 'name') ?? 'it failed';
      return { ...known, problem: problemOf(message, error) };
    }
    default:
      return known;
  }
}
