import { expect, test } from 'vitest';
import { readAcpEvent } from '../../src/agents/acp-report.ts';
import { activityOf, shortActivity } from '../../src/agents/activity.ts';
import { NO_REPORT } from '../../src/agents/report.ts';
import { type AgentEvent, KNOWN_AGENTS } from '../../src/index.ts';

test.each<[string, AgentEvent[], string | undefined]>([
  [
    'claude',
    [
      {
        type: 'assistant',
        message: {
          id: 'm',
          content: [
            { type: 'text', text: 'I edit.' },
            { type: 'tool_use', name: 'Edit', input: { file_path: '/w/src/app.ts', old_string: 'a' } },
          ],
        },
      },
    ],
    'Edit src/app.ts',
  ],
  [
    'claude',
    [
      {
        type: 'assistant',
        message: {
          content: [{ type: 'tool_use', name: 'Bash', input: { command: 'npm\n test', description: 'x' } }],
        },
      },
    ],
    'Bash: npm test',
  ],
  ['claude', [{ type: 'assistant', message: { content: [{ type: 'text', text: 'hi' }] } }], undefined],
  [
    'codex',
    [{ type: 'item.started', item: { type: 'command_execution', command: 'cargo test' } }],
    'Run: cargo test',
  ],
  [
    'codex',
    [
      {
        type: 'item.completed',
        item: { type: 'file_change', changes: [{ path: '/w/a.rs', kind: 'update' }, { path: '/w/b.rs' }] },
      },
    ],
    'Edit a.rs, b.rs',
  ],
  [
    'gemini',
    [{ type: 'tool_use', tool_name: 'write_file', parameters: { file_path: 'a.txt', content: 'x' } }],
    'write_file a.txt',
  ],
  [
    'opencode',
    [{ type: 'tool_use', part: { tool: 'bash', state: { input: { command: 'ls' }, status: 'completed' } } }],
    'bash: ls',
  ],
])('%s: what it does now is read of its events', (name, events, activity) => {
  const { readEvent } = KNOWN_AGENTS.find((agent) => agent.name === name) ?? {};
  let report = NO_REPORT;
  for (const event of events) report = readEvent?.(report, event) ?? report;
  expect(report.activity && shortActivity(report.activity, '/w')).toBe(activity);
});

test('an agent that speaks ACP names its tool calls itself', () => {
  const event = { acp: 'update', value: { sessionUpdate: 'tool_call', title: 'Edit a.ts', kind: 'edit' } };
  expect(readAcpEvent(NO_REPORT, event).activity).toBe('Edit a.ts');
});

test('an activity is one short line without control sequences', () => {
  const activity = activityOf('Bash', { command: `\u001b[31mecho\n\u0007${'x'.repeat(5_000)}` });
  const shown = shortActivity(activity, '/w');
  expect(shown).toMatch(/^Bash: echo x+…$/);
  expect(shown.length).toBe(120);
});
