import { sumUsage, type TokenUsage, usageOf } from '../usage.ts';
import { shellWord } from '../process/shell.ts';
import { type Grant, type Granted, simpleCommands, withFlag } from './grant.ts';
import { claudeSettings } from './own-settings.ts';
import { activityOf } from './activity.ts';
import { problemOf, untilReset } from './problem.ts';
import type { Agent } from './agent.ts';
import {
  type AgentEvent,
  type AgentReport,
  figureIn,
  isObject,
  listIn,
  numberIn,
  objectIn,
  retried,
  textIn,
  working,
} from './report.ts';

const SESSIONS =
  'projects sessions todos tasks plans jobs history.jsonl file-history session-env shell-snapshots paste-cache cache debug telemetry statsig stats-cache.json backups ide';
/** The contents of its settings folder. */
const KEPT = { logins: ['.credentials.json'], sessions: SESSIONS.split(' ') };

/** Claude Code. */
export const claude: Agent = {
  name: 'claude',
  command: 'claude -p --output-format stream-json --verbose --permission-mode acceptEdits',
  environment: ['ANTHROPIC_*', 'CLAUDE_*', 'DISABLE_*', 'MAX_THINKING_TOKENS'],
  install: 'npm install --global @anthropic-ai/claude-code',
  signIn: {
    variables: [
      'ANTHROPIC_API_KEY',
      'ANTHROPIC_AUTH_TOKEN',
      'CLAUDE_CODE_OAUTH_TOKEN',
      'CLAUDE_CODE_USE_BEDROCK',
      'CLAUDE_CODE_USE_VERTEX',
    ],
    files: ['$CLAUDE_CONFIG_DIR/.credentials.json', '.claude/.credentials.json'],
    elsewhere: [
      ['$CLAUDE_CONFIG_DIR/settings.json', /apiKeyHelper|ANTHROPIC_|CLAUDE_CODE_USE|aws/i],
      ['.claude/settings.json', /apiKeyHelper|ANTHROPIC_|CLAUDE_CODE_USE|aws/i],
    ],
    keychains: ['darwin'],
    fix: 'run claude once and log in, or set ANTHROPIC_API_KEY',
  },
  state: [
    { place: '$CLAUDE_CONFIG_DIR', ...KEPT },
    { place: '~/.claude', ...KEPT },
    { place: '~/.claude.json' },
    { place: '~/.cache/claude', sessions: ['*'] },
  ],
  metered: true,
  readEvent,
  chooseModel: (command, model) => `${command} --model ${model}`,
  ownSettings: claudeSettings,
  grant: allow,
  limitTurns: (command, turns) => `${command} --max-turns ${turns}`,
  resume: (command, session) => `${command} --resume ${session}`,
  cumulative: { cost: true },
};

const MODES = { edits: 'acceptEdits', all: 'bypassPermissions', none: 'default' } as const;

/** Writes rules such as `Bash(npm test)` and `Bash(npm run:*)`: https://code.claude.com/docs/en/permissions. */
function allow(command: string, { policy, commands, rules }: Grant): Granted {
  const line = policy === undefined ? command : withFlag(command, '--permission-mode', MODES[policy]);
  // A parenthesis would end the rule.
  const allowed = simpleCommands(commands)
    .filter((one) => !/[()\n]/.test(one))
    .map((one) => `Bash(${one.replace(/ \*$/, ':*')})`);
  const all = [...new Set([...rules, ...allowed])];
  return { command: all.length === 0 ? line : `${line} --allowedTools ${all.map(shellWord).join(' ')}` };
}

function readEvent(report: AgentReport, event: AgentEvent): AgentReport {
  const sessionId = textIn(event, 'session_id');
  const known = sessionId === undefined ? report : { ...report, sessionId };
  switch (event['type']) {
    case 'assistant': {
      const counted = working(countMessage(known, objectIn(event, 'message')));
      const parts = listIn(event['message'], 'content');
      const texts = parts.flatMap((part) => textIn(part, 'text') ?? []);
      const used = parts.findLast((part) => textIn(part, 'type') === 'tool_use');
      return {
        ...counted,
        ...(texts.length > 0 && { text: texts.join('\n') }),
        // Messages contain the error code; the result only describes the error.
        ...(textIn(event, 'error') !== undefined && { problem: problemOf(texts.join('\n'), errorOf(event)) }),
        ...(used !== undefined && {
          activity: activityOf(textIn(used, 'name') ?? 'a tool', objectIn(used, 'input')),
        }),
      };
    }
    case 'system':
      if (event['subtype'] === 'api_retry') return retried(known, retryText(event), errorOf(event));
      if (event['subtype'] !== 'permission_denied') return known;
      return { ...known, denied: [...known.denied, textIn(event, 'tool_name') ?? 'a tool'] };
    case 'rate_limit_event': {
      const limit = objectIn(event, 'rate_limit_info');
      const seconds = figureIn(limit, 'resetsAt');
      if (limit['status'] !== 'rejected' || seconds === undefined) return known;
      return { ...known, resetsAt: seconds * 1_000 };
    }
    case 'result': {
      // An API error has the subtype "success" with is_error set.
      const failed = event['is_error'] === true || event['subtype'] !== 'success';
      const [error] = listIn(event, 'errors');
      const message =
        typeof error === 'string'
          ? error
          : (textIn(event, 'result') ?? textIn(event, 'subtype') ?? 'it failed');
      const refused = listIn(event, 'permission_denials').flatMap((denial) =>
        isObject(denial)
          ? activityOf(textIn(denial, 'tool_name') ?? 'a tool', objectIn(denial, 'tool_input'))
          : [],
      );
      const { problem: named, ...before } = known;
      const costUsd = figureIn(event, 'total_cost_usd');
      const problem = untilReset(problemOf(message, errorOf(event)), known.resetsAt, Date.now());
      return {
        ...before,
        ...(isObject(event['usage']) && tokensOf(event['usage'])),
        ...(costUsd !== undefined && { costUsd }),
        denied: refused.length > 0 ? refused : known.denied,
        ...(failed && { problem: problem.kind === 'failure' && named ? named : problem }),
      };
    }
    default:
      return known;
  }
}

function retryText(event: AgentEvent): string {
  const status = numberIn(event, 'error_status');
  const error = textIn(event, 'error') ?? 'a request failed';
  return status === 0 ? error : `${error} (HTTP ${status})`;
}

/** The parts of an event that describe an API error. Without the list of denied tools in the same event. */
function errorOf(event: AgentEvent): unknown {
  const { error, error_status, api_error, api_error_type, api_error_status } = event;
  return { error, error_status, api_error, api_error_type, api_error_status };
}

/**
 * For running agents: each message reports its own tokens, repeated for each of its parts. The result reports the
 * sum.
 */
function countMessage(report: AgentReport, message: AgentEvent): AgentReport {
  const id = textIn(message, 'id');
  if (id === undefined || id === report.counted) return report;
  return { ...report, ...sumUsage(usageOf(report), tokensOf(objectIn(message, 'usage'))), counted: id };
}

function tokensOf(usage: AgentEvent): TokenUsage {
  const cachedTokens = numberIn(usage, 'cache_read_input_tokens');
  const inputTokens =
    numberIn(usage, 'input_tokens') + numberIn(usage, 'cache_creation_input_tokens') + cachedTokens;
  const outputTokens = numberIn(usage, 'output_tokens');
  return { tokens: inputTokens + outputTokens, inputTokens, outputTokens, cachedTokens };
}
