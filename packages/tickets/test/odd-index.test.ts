import { expect, test } from 'vitest';
import { applyTicketChanges } from '../src/edit.ts';
import { toGraphNodes } from '../src/graph-nodes.ts';
import { parseTicketIndex } from '../src/sage-index.ts';

/** Written as people and tools write indexes: every oddity that real ones have been seen with. */
const INDEX = `{
  "version": "1.0",
  "project": "Café",
  "total_tickets": 99,
  "tickets": [
    {"id": "UI-001", "title": "Lay out", "type": "Epic", "state": "IN_PROGRESS", "children": ["UI-002", "UI-003"]},
    {
      "id": "UI-002", "state": "COMPLETED", "priority": "p1", "effort": 3, "parent": "UI-001",
      "dependencies": ["UI-001"], "state_history": [{"state": "UNPROCESSED", "timestamp": "2026-01-01"}]
    },
    {"id": "UI-003", "state": "UNPROCESSED", "effort": "5 SP", "parent": "UI-001", "dependencies": ["UI-001", "UI-002"]},
    {"id": "LLM-CLIENT-007", "state": "DEFERRED", "effort": {"storyPoints": 2}, "labels": ["größe", null], "dependencies": null},
    {"id": "CLI-R001", "state": "UNPROCESSED", "acceptance_criteria": ["starts"], "targetFiles": [{"path": "./src//cli.ts"}, "docs/cli.md"]}
  ],
  "notes": {"kept": true}
}`;
const at = '2026-01-02T03:04:05Z';

test('an index with every known oddity is read whole', () => {
  const { tickets } = parseTicketIndex(INDEX, 'index.json');
  expect(tickets.map(({ id, type, priority, component }) => [id, type, priority, component])).toEqual([
    ['UI-001', 'epic', 'P2', 'UI'],
    ['UI-002', 'task', 'P1', 'UI'],
    ['UI-003', 'task', 'P2', 'UI'],
    ['LLM-CLIENT-007', 'task', 'P2', 'LLM-CLIENT'],
    ['CLI-R001', 'task', 'P2', 'CLI'],
  ]);
  expect(tickets[4]).toMatchObject({ files: ['src/cli.ts', 'docs/cli.md'], acceptanceCriteria: ['starts'] });
  expect(tickets.filter(({ estimatedMinutes }) => estimatedMinutes !== undefined)).toHaveLength(3);
});

test('a dependency of a child on its own epic is dropped: the epic waits for its children', () => {
  const { nodes, ignored } = toGraphNodes(parseTicketIndex(INDEX, 'index.json').tickets);
  expect(ignored).toHaveLength(2);
  const dependencies = new Map(nodes.map((node) => [node.id, node.dependencies]));
  expect(dependencies.get('UI-003')).toEqual(['UI-002']);
  expect(dependencies.get('UI-001')).toEqual(expect.arrayContaining(['UI-002', 'UI-003']));
});

test('writing every state that is there changes no byte, and one new state changes its line only', () => {
  const { tickets } = parseTicketIndex(INDEX, 'index.json');
  const same = tickets.map(({ id, state }) => ({ id, state, at }));
  expect(applyTicketChanges(INDEX, same)).toBe(INDEX);
  const changed = applyTicketChanges(INDEX, [{ id: 'CLI-R001', state: 'COMPLETED', at }]);
  const differing = INDEX.split('\n').filter((line, nth) => line !== changed.split('\n')[nth]);
  expect(differing).toHaveLength(1);
  expect(changed.replace('"COMPLETED", "acceptance', '"UNPROCESSED", "acceptance')).toBe(INDEX);
});
