import type { Explanation } from '@sage/stream';
import { expect, test } from 'vitest';
import { formatExplanation } from '../src/reporters/plan.ts';

const explanation: Explanation = {
  v: 1,
  ticket: 'API-2',
  title: 'Limit the rate',
  state: 'UNPROCESSED',
  priority: 'P2',
  waitsFor: [],
  unblocks: ['API-9'],
  batch: 2,
  batches: 3,
  starts: { minutes: 30, because: 'predicted-conflict', ticket: 'API-1' },
  onCriticalPath: false,
  blockedBy: [],
  keptApartFrom: [],
  mayConflictWith: [
    {
      ticket: 'API-1',
      chance: 0.6,
      files: [
        { path: 'src/gateway/limit.ts', sources: ['docs', 'history'] },
        { path: 'src/gateway/index.ts', sources: ['text'] },
      ],
    },
  ],
};

test('an explanation says what probably conflicts and how that is known', () => {
  expect(formatExplanation(explanation).trimEnd().split('\n')).toEqual([
    'API-2: Limit the rate',
    'UNPROCESSED, P2',
    'runs in batch 2 of 3: it is ready',
    'starts after about 30 min: others go first, as API-1 runs and may conflict',
    'unblocks API-9',
    'conflicts with API-1 with a chance of 60 %: both may change',
    '- src/gateway/limit.ts (named in its docs; similar tickets changed it)',
    '- src/gateway/index.ts (named in the ticket)',
  ]);
});
