import { createColors } from 'picocolors';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { formatHistory, type HistoryEntry } from '../src/report/history.ts';

const NOW = new Date(2026, 10, 23, 22, 0);
const entry: HistoryEntry = {
  run: '20261123-211402-fd4133',
  state: 'finished',
  target: 'refs/heads/sage/2026-11-23-fd4133',
  agent: 'claude',
  started: new Date(2026, 10, 23, 21, 14).toISOString(),
  landed: 3,
  tickets: 4,
  deferred: 1,
  seconds: 1_740,
  tokens: 128_400,
  costUsd: 2.15,
};
const lines = (columns: number, ...entries: HistoryEntry[]) =>
  formatHistory(entries, NOW, { colors: createColors(false), columns })
    .split('\n')
    .slice(0, -1);

test('a line a run', () => {
  expect(lines(Infinity, entry, { ...entry, run: 'r2', state: 'interrupted', costUsd: undefined! })).toEqual([
    '20261123-211402-fd4133  finished     3 of 4     29 min    21:14  on sage/2026-11-23-fd4133  128400 tokens, $2.15',
    'r2                      interrupted  3 of 4     29 min    21:14  on sage/2026-11-23-fd4133  128400 tokens',
  ]);
  expect(lines(80)).toEqual(['no run yet: sage stream starts one']);
});

test.each([60, 80, 200])('a line fits %i columns, with the name of the run in full', (columns) => {
  const [line = ''] = lines(columns, { ...entry, target: `refs/heads/${'x'.repeat(300)}` });
  expect(line).toContain(entry.run);
  expect(stringWidth(line)).toBeLessThanOrEqual(columns);
});
