import { activityOf } from './activity.ts';
import { problemOf } from './problem.ts';
import type { Agent } from './agent.ts';
import { withFlag } from './grant.ts';
import {
  type AgentEvent,
  type AgentReport,
  isObject,
  listIn,
  numberIn,
  objectIn,
  retried,
  textIn,
  working,
} from './report.ts';

/** All commands run in codex's own sandbox. */
const SANDBOXES = { edits: 'workspace-write', all: 'danger-full-access', none: 'read-only' } as const;

const SESSIONS =
  'sessions archived_sessions history.jsonl log logs *.sqlite* tmp .tmp shell_snapshots models_cache.json version.json worktrees';
/** The contents of its settings folder. */
const KEPT = { logins: ['auth.json', '.credentials.json'], sessions: SESSIONS.split(' ') };

/** OpenAI Codex. */
export const codex: Agent = {
  name: 'codex',
  command: 'codex exec --json --skip-git-repo-check --sandbox workspace-write -',
  environment: ['OPENAI_*', 'CODEX_*'],
  install: 'npm install --global @openai/codex',
  signIn: {
    variables: ['OPENAI_API_KEY', 'CODEX_API_KEY'],
    files: ['$CODEX_HOME/auth.json', '.codex/auth.json'],
    elsewhere: [
      ['$CODEX_HOME/config.toml', /model_provider|credentials_store/],
      ['.codex/config.toml', /model_provider|credentials_store/],
    ],
    fix: 'run codex login, or set OPENAI_API_KEY',
  },
  inSandbox: (command) => command.replace('--sandbox workspace-write', '--sandbox danger-full-access'),
  state: [
    { place: '$CODEX_HOME', ...KEPT },
    { place: '~/.codex', ...KEPT },
  ],
  metered: true,
  readEvent,
  chooseModel: (command, model) =>
    /\s-\s*$/.test(command)
      ? command.replace(/\s+-\s*$/, ` --model ${model} -`)
      : `${command} --model ${model}`,
  grant: (command, { policy }) => ({
    command: policy === undefined ? command : withFlag(command, '--sandbox', SANDBOXES[policy]),
  }),
  // Options come before the subcommand, the prompt (- for stdin) last.
  resume: (command, session) => `${command.replace(/\s+-\s*$/, '')} resume ${session} -`,
  cumulative: { tokens: true },
};

function readEvent(report: AgentReport, event: AgentEvent): AgentReport {
  switch (event['type']) {
    case 'thread.started': {
      const sessionId = textIn(event, 'thread_id');
      return sessionId === undefined ? report : { ...report, sessionId };
    }
    case 'item.started': {
      const activity = activityOfItem(objectIn(event, 'item'));
      return activity === undefined ? report : { ...report, activity };
    }
    case 'item.completed': {
      const item = objectIn(event, 'item');
      // Not every item is announced when it starts.
      const activity = activityOfItem(item);
      const text = item['type'] === 'agent_message' ? textIn(item, 'text') : undefined;
      return {
        ...(item['type'] === 'error' ? report : working(report)),
        ...(activity !== undefined && { activity }),
        ...(text !== undefined && { text }),
      };
    }
    case 'turn.completed': {
      // Cached input is part of the input.
      const usage = event['usage'];
      if (!isObject(usage)) return working(report);
      const inputTokens = numberIn(usage, 'input_tokens');
      const outputTokens = numberIn(usage, 'output_tokens');
      const cachedTokens = numberIn(usage, 'cached_input_tokens');
      return {
        ...working(report),
        tokens: inputTokens + outputTokens,
        inputTokens,
        outputTokens,
        cachedTokens,
      };
    }
    case 'error': {
      const message = textIn(event, 'message') ?? '';
      return message.startsWith('Reconnecting') ? retried(report, message) : report;
    }
    case 'turn.failed':
      return {
        ...report,
        problem: problemOf(textIn(event['error'], 'message') ?? 'the turn failed', event['error']),
      };
    default:
      return report;
  }
}

function activityOfItem(item: AgentEvent): string | undefined {
  switch (item['type']) {
    case 'command_execution':
      return activityOf('Run', item);
    case 'file_change': {
      const paths = listIn(item, 'changes').flatMap((change) => textIn(change, 'path') ?? []);
      return activityOf('Edit', { path: paths.join(', ') });
    }
    case 'mcp_tool_call':
      return activityOf(textIn(item, 'tool') ?? 'a tool', objectIn(item, 'arguments'));
    case 'web_search':
      return activityOf('Search', item);
    default:
      return undefined;
  }
}
