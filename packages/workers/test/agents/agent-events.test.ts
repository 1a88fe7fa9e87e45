import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { ReportFollower } from '../../src/agents/follow-report.ts';
import { NO_REPORT } from '../../src/agents/report.ts';
import { type AgentEvent, KNOWN_AGENTS } from '../../src/index.ts';

const TYPES = [
  'assistant',
  'result',
  'system',
  'message',
  'tool_use',
  'tool_result',
  'init',
  'error',
  'step_finish',
  'text',
  'turn.failed',
  'turn.completed',
  'item.completed',
  'thread.started',
];
const event = fc
  .record({
    type: fc.constantFrom(...TYPES),
    rest: fc.dictionary(
      fc.constantFrom(
        'message',
        'content',
        'usage',
        'error',
        'part',
        'item',
        'stats',
        'errors',
        'tokens',
        'result',
        'permission_denials',
        'session_id',
      ),
      fc.jsonValue(),
    ),
  })
  .map(({ type, rest }): AgentEvent => ({ ...rest, type }));

test.each(KNOWN_AGENTS.map((agent) => [agent.name, agent] as const))(
  '%s: events of any shape are read without an error',
  (_, { readEvent }) => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        let report = NO_REPORT;
        for (const one of events) report = readEvent?.(report, one) ?? report;
        expect(typeof report.text).toBe('string');
        expect(report.tokens ?? 0).toBeGreaterThanOrEqual(0);
        expect(report.costUsd ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  },
);

test('lines that are no JSON, or half of one, are passed over', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'output.log');
  const codex = KNOWN_AGENTS.find(({ name }) => name === 'codex');
  await writeFile(
    file,
    'Reading prompt...\n{"type":"item.completed","item":{"type":"agent_message","text":"hi"}}\n{"type":"turn.comp',
  );
  expect(await new ReportFollower(file, codex?.readEvent ?? ((report) => report)).readToEnd()).toEqual({
    text: 'hi',
    denied: [],
  });
});
