import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { formatGantt, hours } from '../src/reporters/gantt.ts';

const run = (worker: number, id: string, start: number, end: number) => ({ worker, id, start, end });

test('a line a worker, with gaps, in the width given', () => {
  const lines = formatGantt(
    [run(1, 'API-1', 0, 60), run(2, 'API-2', 0, 20), run(2, 'API-3', 60, 120), run(1, 'X', 60, 120)],
    120,
    45,
  );
  expect(lines).toEqual([
    '1   |API-1--------------|X------------------|',
    '2   |API-2-|            |API-3--------------|',
    '    0                                  2.0 h',
  ]);
});

test('no line is wider than the terminal, whatever the ids and times', () => {
  const assignments = Array.from({ length: 400 }, (_, nth) =>
    run(1 + (nth % 20), `組件-\u001b[31m${nth}`, nth, nth + (nth % 7) * 3),
  );
  const lines = formatGantt(assignments, 420, 80);
  expect(lines).toHaveLength(18);
  for (const line of lines) {
    expect(stringWidth(line)).toBeLessThanOrEqual(80);
    expect(line).not.toContain('\u001b');
  }
});

test('a run of too many tickets is drawn as far as they can be told apart', () => {
  const assignments = Array.from({ length: 100 }, (_, nth) =>
    run(1, `API-${100 + nth}`, nth * 30, nth * 30 + 30),
  );
  const lines = formatGantt(assignments, 3000, 80);
  expect(lines[0]).toMatch(/^1 {3}\|API-100\|API-101\|/);
  expect(lines[1]).toMatch(/^ {4}0 +the first 4\.7 h of 50 h$/);
  for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(80);
});

test('of an id that is too long its end is kept', () => {
  expect(formatGantt([run(1, 'CHECKOUT-017', 0, 9), run(1, 'CHECKOUT-018', 9, 20)], 20, 30)[0]).toBe(
    '1   |CHECKO…017|CHECKOUT-018-|',
  );
});

test('times as a person says them', () => {
  expect([5, 89.6, 90, 599, 1200].map(hours)).toEqual(['5 min', '90 min', '1.5 h', '10.0 h', '20 h']);
  expect([0, 0.004, 0.5, 0.96].map(hours)).toEqual(['0 min', '1 s', '30 s', '1 min']);
  expect(formatGantt([], 0, 40)).toHaveLength(1);
});
