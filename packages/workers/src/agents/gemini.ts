import { shellWord } from '../process/shell.ts';
import { type Grant, type Granted, simpleCommands, withFlag } from './grant.ts';
import { geminiSettings } from './own-settings.ts';
import { activityOf } from './activity.ts';
import type { Agent } from './agent.ts';
import { problemOf } from './problem.ts';
import { type AgentEvent, type AgentReport, numberIn, objectIn, textIn } from './report.ts';

/** Gemini CLI. */
export const gemini: Agent = {
  name: 'gemini',
  command: 'gemini --output-format stream-json --approval-mode auto_edit',
  environment: ['GEMINI_*', 'GOOGLE_*'],
  install: 'npm install --global @google/gemini-cli',
  signIn: {
    variables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENAI_USE_VERTEXAI', 'GOOGLE_GENAI_USE_GCA'],
    files: ['.gemini/oauth_creds.json'],
    elsewhere: [
      ['.gemini/settings.json', /vertex|cloud-shell|compute/i],
      ['.gemini/.env', /=/],
    ],
    keychains: ['darwin', 'linux'],
    fix: 'run gemini once and log in, or set GEMINI_API_KEY',
  },
  state: [
    {
      place: '~/.gemini',
      logins: ['oauth_creds.json', 'mcp-oauth-tokens.json'],
      sessions: ['tmp', 'history'],
    },
  ],
  metered: true,
  readEvent,
  sessionsStay: true,
  ownSettings: geminiSettings,
  grant: allow,
  chooseModel: (command, model) => `${command} --model ${model}`,
  resume: (command, session) => `${command} --resume ${session}`,
};

const MODES = { edits: 'auto_edit', all: 'yolo', none: 'default' } as const;

function allow(command: string, { policy, commands, trusted }: Grant): Granted {
  const line = policy === undefined ? command : withFlag(command, '--approval-mode', MODES[policy]);
  // A comma or a parenthesis would end the rule.
  const allowed = simpleCommands(commands)
    .filter((one) => !/[(),\n]/.test(one))
    .map((one) => `run_shell_command(${one.replace(/ \*$/, '')})`);
  return {
    command: allowed.length === 0 ? line : `${line} --allowed-tools ${shellWord(allowed.join(','))}`,
    ...(trusted && { variables: { GEMINI_CLI_TRUST_WORKSPACE: 'true' } }),
  };
}

function readEvent(report: AgentReport, event: AgentEvent): AgentReport {
  switch (event['type']) {
    case 'init': {
      const sessionId = textIn(event, 'session_id');
      return sessionId === undefined ? report : { ...report, sessionId };
    }
    case 'message': {
      if (event['role'] !== 'assistant') return report;
      const content = textIn(event, 'content') ?? '';
      return { ...report, text: event['delta'] === true ? report.text + content : content };
    }
    case 'tool_use':
      // Text after a tool starts a new message.
      return {
        ...report,
        text: '',
        activity: activityOf(textIn(event, 'tool_name') ?? 'a tool', objectIn(event, 'parameters')),
      };
    case 'tool_result': {
      // A tool that the approval mode excludes is not registered at all.
      const absent = objectIn(event, 'error')['type'] === 'tool_not_registered';
      const tool = /^(.*?)__/.exec(textIn(event, 'tool_id') ?? '')?.[1] ?? 'a tool';
      return absent ? { ...report, denied: [...report.denied, tool] } : report;
    }
    case 'result': {
      const stats = objectIn(event, 'stats');
      const usage = {
        tokens: numberIn(stats, 'total_tokens'),
        inputTokens: numberIn(stats, 'input_tokens'),
        outputTokens: numberIn(stats, 'output_tokens'),
        cachedTokens: numberIn(stats, 'cached'),
      };
      if (event['status'] === 'success') return { ...report, ...usage };
      return {
        ...report,
        ...usage,
        problem: problemOf(textIn(event['error'], 'message') ?? 'it failed', event['error']),
      };
    }
    default:
      return report;
  }
}
