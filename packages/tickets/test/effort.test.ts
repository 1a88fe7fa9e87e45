import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { estimatedMinutes } from '../src/effort.ts';

test.each([
  [{ estimated_minutes: 45, effort: 8 }, 45],
  [{ effort_sp: 5, effort: 8 }, 1200],
  [{ effort: 8 }, 1920],
  [{ effort: '3 SP' }, 720],
  [{ effort: '3' }, 720],
  [{ effort: '2 story points (0.5 days)' }, 240],
  [{ effort: '5 story points (1 day)' }, 480],
  [{ effort: { storyPoints: 3, estimatedDays: 1 } }, 480],
  [{ effort: { storyPoints: 3 } }, 720],
  [{ effort: 0 }, undefined],
  [{ effort: 'large' }, undefined],
  [{ effort: null, estimated_minutes: '30' }, undefined],
  [{ effort: -1, effort_sp: Infinity }, undefined],
  [{ complexity: 3 }, 240],
  [{ complexity: 9 }, 1920],
  [{ complexityScore: 5 }, 480],
  [{ effort: '1 SP', complexity: 9 }, 240],
  [{ complexity: 'high', complexityScore: 1 }, 120],
  [{ complexity: 11 }, undefined],
  [{ complexity: 0.5 }, undefined],
  [{}, undefined],
])('%j is %s minutes', (raw, minutes) => {
  expect(estimatedMinutes(raw)).toBe(minutes);
});

const data = process.env['SAGE_COMPAT_DATA'];
const files = data ? readdirSync(join(data, 'taskmaster')).filter((name) => name.endsWith('.json')) : [];

describe.skipIf(!data)('real Task Master files (SAGE_COMPAT_DATA)', () => {
  test('every complexity is an estimate, the longer the more complex', () => {
    const scored = files.flatMap((name) => tasksOf(join(data!, 'taskmaster', name)));
    const complexityOf = (task: Record<string, unknown>) => Number(task['complexity']);
    const ordered = scored
      .filter((task) => 'complexity' in task)
      .toSorted((a, b) => complexityOf(a) - complexityOf(b));
    expect(ordered).toHaveLength(10);
    const minutes = ordered.map((task) => estimatedMinutes(task)!);
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
    expect([minutes[0], minutes.at(-1)].map((value) => Math.round(value ?? 0))).toEqual([170, 1920]);
  });
});

/** Of every tag; a file that is no JSON has none. */
function tasksOf(file: string): Record<string, unknown>[] {
  try {
    const tags: Record<string, { tasks?: Record<string, unknown>[] }> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    return Object.values(tags).flatMap(({ tasks = [] }) => tasks);
  } catch {
    return [];
  }
}
