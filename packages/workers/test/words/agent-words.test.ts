import fc from 'fast-check';
import { expect, test } from 'vitest';
import { agentWords } from '../../src/words/agent-words.ts';
import { withoutControls } from '../../src/words/word.ts';

const words = (...events: object[]) =>
  events.flatMap((event) => agentWords(JSON.stringify(event)).map(({ kind, text }) => `${kind}: ${text}`));

test('claude: what it said, ran, changed, and what it may not do', () => {
  const session_id = 's';
  const says = (...content: object[]) => ({ type: 'assistant', session_id, message: { content } });
  expect(
    words(
      { type: 'system', subtype: 'init', session_id },
      says(
        { type: 'text', text: 'I look first.\nThen I write.' },
        { type: 'tool_use', name: 'Bash', input: { command: 'npm test', description: 'Run the tests' } },
      ),
      {
        type: 'user',
        session_id,
        message: { content: [{ type: 'tool_result', is_error: true, content: 'Exit code 1\n2 failed' }] },
      },
      says({ type: 'tool_use', name: 'Edit', input: { file_path: 'src/app.ts' } }),
      says({ type: 'tool_use', name: 'Read', input: { file_path: 'src/b.ts' } }),
      { type: 'system', subtype: 'permission_denied', tool_name: 'Write', session_id },
      { type: 'result', subtype: 'success', result: 'I look first.', session_id },
      { type: 'result', subtype: 'error_max_turns', errors: ['Reached the maximum'], session_id },
    ),
  ).toEqual([
    'said: I look first.\nThen I write.',
    'ran: npm test',
    'failed: Exit code 1 / 2 failed',
    'changed: src/app.ts',
    'used: Read src/b.ts',
    'denied: Write',
    'problem: Reached the maximum',
  ]);
});

test('codex: a command when it starts, and what comes of it', () => {
  const item = { type: 'command_execution', command: 'npm test' };
  expect(
    words(
      { type: 'thread.started', thread_id: 't' },
      { type: 'item.started', item },
      { type: 'item.completed', item: { ...item, exit_code: 1, aggregated_output: 'a\n2 failed\n' } },
      {
        type: 'item.completed',
        item: { type: 'file_change', changes: [{ path: 'a.ts' }, { path: 'b.ts' }] },
      },
      { type: 'item.completed', item: { type: 'agent_message', text: 'Done' } },
      { type: 'turn.failed', error: { message: 'quota' } },
    ),
  ).toEqual([
    'ran: npm test',
    'failed: exit code 1 / 2 failed',
    'changed: a.ts, b.ts',
    'said: Done',
    'problem: quota',
  ]);
});

test('gemini and the protocol say a message in pieces', () => {
  const chunk = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'Do' } };
  expect(agentWords(JSON.stringify({ acp: 'update', value: chunk }))).toEqual([
    { kind: 'said', text: 'Do', piece: true },
  ]);
  const message = { type: 'message', role: 'assistant', content: 'ne', delta: true };
  expect(agentWords(JSON.stringify(message))).toEqual([{ kind: 'said', text: 'ne', piece: true }]);
  expect(
    words(
      { type: 'init', session_id: 's' },
      { type: 'message', role: 'user', content: 'the prompt' },
      { type: 'tool_use', tool_name: 'write_file', tool_id: 'w', parameters: { file_path: 'a.ts' } },
      { type: 'tool_result', tool_id: 'w', status: 'error', output: 'not found' },
      { type: 'result', status: 'error', error: { message: 'key' }, stats: {} },
    ),
  ).toEqual(['changed: a.ts', 'failed: not found', 'problem: key']);
});

test('opencode, and the Agent Client Protocol', () => {
  const sessionID = 'ses_1';
  const state = { input: { filePath: 'a.ts' }, error: 'rejected permission' };
  expect(
    words(
      { type: 'step_start', sessionID, part: {} },
      { type: 'tool_use', sessionID, part: { tool: 'write', state } },
      { type: 'text', sessionID, part: { text: 'Done' } },
      { type: 'error', sessionID, error: { name: 'AuthError' } },
    ),
  ).toEqual(['changed: a.ts', 'failed: rejected permission', 'said: Done', 'problem: AuthError']);
  const update = (value: object) => ({ acp: 'update', value });
  expect(
    words(
      { acp: 'session', value: { sessionId: 's' } },
      update({ sessionUpdate: 'tool_call', title: 'npm test', kind: 'execute' }),
      update({ sessionUpdate: 'tool_call', title: 'Edit a.ts', kind: 'edit' }),
      update({ sessionUpdate: 'tool_call', title: 'Read a.ts', kind: 'read' }),
      { acp: 'permission', value: { title: 'rm', allowed: false } },
      { acp: 'result', value: { stopReason: 'refusal' } },
    ),
  ).toEqual([
    'ran: npm test',
    'changed: Edit a.ts',
    'used: Read a.ts',
    'denied: rm',
    'problem: the agent stopped: refusal',
  ]);
});

test('anything else is what an agent says as it is', () => {
  for (const line of ['hello', '  indented', '{"type":"mine"}', '{"type":"message"}', '{broken', '[1]'])
    expect(agentWords(line)).toEqual([{ kind: 'said', text: line }]);
});

test('of a progress bar its last state is left, and no control sequence', () => {
  expect(withoutControls('10 %\r20 %\r100 %\r\n\u001B[31mred\u001B[0m\tx\u0007\u009B2J\u202E')).toBe(
    '100 %\nred  x\u{fffd}2J\u{fffd}'.replace('\u{fffd}2J', '\u{fffd}'),
  );
});

const TYPES = [
  'assistant',
  'user',
  'system',
  'result',
  'message',
  'tool_use',
  'tool_result',
  'text',
  'error',
];
const field = fc.constantFrom(
  'message',
  'part',
  'item',
  'value',
  'session_id',
  'sessionID',
  'acp',
  'error',
  'content',
);

test('no line of any shape is an error, and none has control characters in its words', () => {
  const event = fc
    .record({
      type: fc.constantFrom(...TYPES, 'item.completed', 'item.started', 'turn.failed'),
      rest: fc.dictionary(field, fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }))),
    })
    .map(({ type, rest }) => JSON.stringify({ ...rest, type }));
  fc.assert(
    fc.property(fc.oneof(event, fc.string({ unit: 'binary' })), (line) => {
      for (const { text } of agentWords(line)) expect(text).not.toMatch(/[^\P{C}\n]/u);
    }),
  );
});
