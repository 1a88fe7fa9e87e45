import { expect, test } from 'vitest';
import { nearMisses } from '../src/near-miss.ts';
import { parseTicketIndex } from '../src/sage-index.ts';
import { TicketIndexError } from '../src/errors.ts';

test.each([
  ['depends_on', 'dependencies'],
  ['dependsOn', 'dependencies'],
  ['Depends-On', 'dependencies'],
  ['dependancies', 'dependencies'],
  ['Dependencies', 'dependencies'],
  ['blockedBy', 'dependencies'],
  ['depend_on', 'dependencies'],
  ['dependOn', 'dependencies'],
  ['depends_upon', 'dependencies'],
  ['blockd_by', 'dependencies'],
  ['isBlockedBy', 'dependencies'],
  ['prerequisite', 'dependencies'],
  ['waitingFor', 'dependencies'],
  ['predecessor', 'dependencies'],
  ['subticket', 'children'],
  ['requires', 'dependencies'],
  ['parentId', 'parent'],
  ['childern', 'children'],
  ['conflictsWith', 'conflicts_with'],
])('%s decides order, and %s is meant', (key, meant) => {
  expect(nearMisses({ id: 'A', [key]: ['B'] })).toEqual([{ key, meant, decidesOrder: true }]);
});

test.each([
  ['deferReason', 'defer_reason'],
  ['file', 'files'],
  ['priorty', 'priority'],
  ['target_files', 'targetFiles'],
  ['acceptance_criterias', 'acceptanceCriteria'],
])('%s is nearly %s, and decides nothing', (key, meant) => {
  expect(nearMisses({ [key]: 'x' })).toEqual([{ key, meant, decidesOrder: false }]);
});

test.each([
  'dependents',
  'required',
  'deploys',
  'blocked',
  'status',
  'owner',
  'notes',
  'sprint',
  'phase',
  'spec',
  'version',
  'blocks',
  'epic',
  'date',
])('%s is a key of the user', (key) => {
  expect(nearMisses({ [key]: ['x'] })).toEqual([]);
});

test.each([null, '', []])('a value that says %j does no harm', (value) => {
  expect(nearMisses({ depends_on: value })).toEqual([]);
});

test('an index whose tickets would run in another order is refused, with the place and the name that is meant', () => {
  const text = `{"tickets": [
  {"id": "A-1", "state": "UNPROCESSED"},
  {"id": "A-2", "state": "UNPROCESSED",
   "depends_on": ["A-1"]}
]}`;
  const read = () => parseTicketIndex(text, 'index.json');
  expect(read).toThrow(TicketIndexError);
  expect(read).toThrow(
    'index.json:4:18: ticket "A-2" has "depends_on", which is not read: rename it to "dependencies"',
  );
});
