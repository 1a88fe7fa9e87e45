import { expect, test } from 'vitest';
import { readAcpEvent } from '../../src/agents/acp-report.ts';
import { NO_REPORT } from '../../src/agents/report.ts';
import { type AgentEvent, KNOWN_AGENTS } from '../../src/index.ts';

/** What an agent's events, in their order, add up to. */
function report(name: string, ...events: AgentEvent[]) {
  const read = KNOWN_AGENTS.find((agent) => agent.name === name)?.readEvent;
  if (!read) throw new Error(`${name} has no events`);
  return events.reduce((before, event) => read(before, event), NO_REPORT);
}

const claude = {
  init: { type: 'system', subtype: 'init', session_id: 's-1' },
  says: (id: string, text: string, tokens: number) => ({
    type: 'assistant',
    session_id: 's-1',
    message: { id, content: [{ type: 'text', text }], usage: { input_tokens: tokens, output_tokens: 1 } },
  }),
  uses: (name: string, input: object) => ({
    type: 'assistant',
    session_id: 's-1',
    message: { id: name, content: [{ type: 'tool_use', name, input }] },
  }),
  result: (more: object) => ({
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: 's-1',
    ...more,
  }),
};

test('claude: a finished session, with its figures from the result', () => {
  const usage = {
    input_tokens: 100,
    cache_creation_input_tokens: 20,
    cache_read_input_tokens: 300,
    output_tokens: 9,
  };
  expect(
    report(
      'claude',
      claude.init,
      claude.says('m-1', 'Working', 50),
      claude.uses('Edit', { file_path: 'src/menu.ts' }),
      claude.says('m-2', 'Menu is done', 60),
      claude.result({ result: 'Menu is done', usage, total_cost_usd: 0.25 }),
    ),
  ).toMatchObject({
    sessionId: 's-1',
    text: 'Menu is done',
    activity: 'Edit src/menu.ts',
    tokens: 429,
    inputTokens: 420,
    outputTokens: 9,
    cachedTokens: 300,
    costUsd: 0.25,
    denied: [],
  });
});

test('claude: a session that was cut off counts each message once', () => {
  const message = claude.says('m-1', 'Working', 50);
  expect(report('claude', claude.init, message, message, claude.says('m-2', 'More', 10)).tokens).toBe(62);
});

test('claude: denied tools are named, by the result where it names them', () => {
  const denied = { type: 'system', subtype: 'permission_denied', tool_name: 'Bash' };
  expect(report('claude', denied, claude.result({})).denied).toEqual(['Bash']);
  const permission_denials = [{ tool_name: 'Write' }, { tool_name: 'Bash' }];
  expect(report('claude', denied, claude.result({ permission_denials })).denied).toEqual(['Write', 'Bash']);
});

test('claude: an API error is a problem, though its subtype is success', () => {
  const failed = (result: string, status?: number) =>
    report('claude', claude.result({ is_error: true, result, api_error_status: status })).problem;
  expect(failed('Overloaded', 529)).toMatchObject({ kind: 'rate-limit' });
  expect(failed('Too many requests', 429)).toMatchObject({ kind: 'rate-limit' });
  expect(failed('The prompt is too long', 400)).toMatchObject({ kind: 'failure' });
  expect(
    report('claude', claude.result({ subtype: 'error_max_turns', errors: ['No more turns'] })).problem,
  ).toEqual({
    kind: 'failure',
    message: 'No more turns',
  });
});

test('claude: retries for a limit are counted, other retries are not', () => {
  const retry = (error: string, error_status: number) => ({
    type: 'system',
    subtype: 'api_retry',
    error,
    error_status,
  });
  const { retries } = report(
    'claude',
    retry('limit', 429),
    retry('overloaded', 529),
    retry('connection reset', 0),
  );
  expect(retries).toBe(2);
});

test('codex: a finished turn, cached input being part of the input', () => {
  expect(
    report(
      'codex',
      { type: 'thread.started', thread_id: 't-1' },
      { type: 'item.started', item: { type: 'command_execution', command: 'npm test' } },
      { type: 'item.completed', item: { type: 'agent_message', text: 'Tests pass' } },
      { type: 'turn.completed', usage: { input_tokens: 90, cached_input_tokens: 40, output_tokens: 10 } },
    ),
  ).toMatchObject({
    sessionId: 't-1',
    text: 'Tests pass',
    activity: 'Run: npm test',
    tokens: 100,
    cachedTokens: 40,
  });
});

test('codex: reconnecting for a limit is a retry, and a failed turn a problem', () => {
  const again = { type: 'error', message: 'Reconnecting... 1/5 (429 Too Many Requests)' };
  const lost = { type: 'error', message: 'Reconnecting... 1/5 (connection refused)' };
  const failed = (message: string) => ({ type: 'turn.failed', error: { message } });
  expect(report('codex', again, again, lost)).toMatchObject({ retries: 2 });
  expect(report('codex', failed('429 Too Many Requests')).problem).toMatchObject({ kind: 'rate-limit' });
  expect(report('codex', failed('401 Unauthorized')).problem).toMatchObject({ kind: 'account' });
});

test('gemini: text comes in pieces, and starts again after a tool', () => {
  const says = (content: string) => ({ type: 'message', role: 'assistant', content, delta: true });
  expect(
    report(
      'gemini',
      { type: 'init', session_id: 'g-1' },
      { type: 'message', role: 'user', content: 'the prompt' },
      says('I will write'),
      { type: 'tool_use', tool_name: 'write_file', parameters: { file_path: 'a.txt' } },
      says('Written '),
      says('to a.txt'),
      {
        type: 'result',
        status: 'success',
        stats: { total_tokens: 70, input_tokens: 60, output_tokens: 10, cached: 5 },
      },
    ),
  ).toMatchObject({
    sessionId: 'g-1',
    text: 'Written to a.txt',
    activity: 'write_file a.txt',
    tokens: 70,
    cachedTokens: 5,
  });
});

test('gemini: a tool that is not there was denied, and a failed result is a problem', () => {
  const absent = { type: 'tool_result', tool_id: 'run_shell__7', error: { type: 'tool_not_registered' } };
  expect(report('gemini', absent).denied).toEqual(['run_shell']);
  const failed = { type: 'result', status: 'error', error: { message: 'API key not valid' } };
  expect(report('gemini', failed).problem).toEqual({ kind: 'account', message: 'API key not valid' });
});

test('opencode: each step adds its own figures', () => {
  const step = {
    type: 'step_finish',
    sessionID: 'o-1',
    part: { cost: 0.5, tokens: { input: 10, output: 2, cache: { read: 30, write: 4 } } },
  };
  expect(
    report('opencode', step, { type: 'text', sessionID: 'o-1', part: { text: 'Done' } }, step),
  ).toMatchObject({
    sessionId: 'o-1',
    text: 'Done',
    tokens: 92,
    inputTokens: 88,
    outputTokens: 4,
    cachedTokens: 60,
    costUsd: 1,
  });
});

test('opencode: a refused tool and an error of the provider', () => {
  const refused = {
    type: 'tool_use',
    part: { tool: 'bash', state: { input: { command: 'rm x' }, error: 'The user rejected permission' } },
  };
  expect(report('opencode', refused)).toMatchObject({ denied: ['bash: rm x'], activity: 'bash: rm x' });
  const error = (data: object) => ({ type: 'error', error: { name: 'APIError', data } });
  expect(report('opencode', error({ message: 'slow down', statusCode: 429 })).problem).toMatchObject({
    kind: 'rate-limit',
  });
  expect(report('opencode', error({ message: 'bad key', statusCode: 401 })).problem).toEqual({
    kind: 'account',
    message: 'bad key',
  });
  expect(report('opencode', error({})).problem?.message).toBe('APIError');
});

test('what an agent tries again is its problem until it works again', () => {
  const refused = { type: 'system', subtype: 'api_retry', error: 'authentication_failed', error_status: 401 };
  expect(report('claude', claude.init, refused, refused)).toMatchObject({
    problem: { kind: 'account', message: 'authentication_failed (HTTP 401)' },
  });
  expect(report('claude', refused, claude.says('m-1', 'Now it works', 5)).problem).toBeUndefined();
  const again = { type: 'error', message: 'Reconnecting... 1/5 (unexpected status 401 Unauthorized)' };
  const says = { type: 'item.completed', item: { type: 'agent_message', text: 'Now it works' } };
  expect(report('codex', again).problem).toMatchObject({ kind: 'account' });
  expect(report('codex', again, says).problem).toBeUndefined();
});

test('claude: the name of an error counts, which only its message has', () => {
  const named = {
    type: 'assistant',
    error: 'billing_error',
    message: { id: 'm-1', content: [{ type: 'text', text: 'No more of it' }] },
  };
  const result = claude.result({ is_error: true, result: 'No more of it', api_error_status: 400 });
  expect(report('claude', named, result).problem).toEqual({ kind: 'account', message: 'No more of it' });
});

test('claude: a limit with a reset time passes then, whatever the words', () => {
  const resetsAt = Math.round(Date.now() / 1_000) + 3_600;
  const limit = { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', resetsAt } };
  const result = claude.result({ is_error: true, result: 'Credit balance is too low' });
  const { problem } = report('claude', limit, result);
  expect(problem?.kind).toBe('rate-limit');
  expect(problem?.retryAfter).toBeGreaterThan(3_500_000);
  const allowed = { ...limit, rate_limit_info: { status: 'allowed', resetsAt } };
  expect(report('claude', allowed, result).problem?.kind).toBe('account');
});

test.each([
  ['account', { details: 'Credit balance is too low' }],
  ['account', { message: 'Invalid API key' }],
  ['account', { error: { code: 'insufficient_quota' } }],
  ['rate-limit', { details: "You've hit your usage limit. Try again in 3s" }],
  ['machine', 'fetch failed'],
  ['failure', { details: 'a bug' }],
  ['failure', undefined],
])('acp: an internal error is of the kind %s by its data: %j', (kind, data) => {
  const value = { code: -32_603, message: 'Internal error', data };
  expect(readAcpEvent(NO_REPORT, { acp: 'error', value }).problem?.kind).toBe(kind);
});
