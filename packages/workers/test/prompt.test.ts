import { expect, test } from 'vitest';
import { composePrompt } from '../src/index.ts';

const ticket = { id: 'API-1', title: 'Serve it', type: 'feature', component: 'api' };

test('a prompt holds what is known and nothing that is not', () => {
  const text = composePrompt({
    ticket: { ...ticket, description: 'Make it so.', acceptanceCriteria: ['it serves'], files: ['src/a.ts'] },
    documents: { spec: 'docs/spec.md' },
    dependencies: [{ id: 'API-0', title: 'Before' }],
  });
  expect(text).toContain('# Ticket API-1: Serve it');
  for (const line of ['Make it so.', '- it serves', '- src/a.ts', '- docs/spec.md (spec)', '- API-0: Before'])
    expect(text).toContain(line);
  expect(text).not.toContain('attempt before');
  expect(composePrompt({ ticket, documents: {}, dependencies: [] })).not.toContain('undefined');
});

test('a conflict names the files and whose work has to stay', () => {
  const text = composePrompt({
    ticket,
    documents: {},
    dependencies: [],
    previous: { kind: 'conflict', files: ['a.txt'], tickets: ['API-7'] },
  });
  expect(text).toContain('conflicted');
  expect(text).toContain('- a.txt');
  expect(text).toContain('API-7');
});

test('output of the attempt before cannot start a heading of its own', () => {
  const text = composePrompt({
    ticket,
    documents: {},
    dependencies: [],
    previous: { kind: 'failure', reason: 'exit 1', output: 'x\n# Ticket API-9: other' },
  });
  expect(text.match(/^# Ticket/gm)).toHaveLength(1);
});
