import { expect, test } from 'vitest';
import { StartGate } from '../src/start-gate.ts';

test('each "try later" doubles the pause, from at most 5 s, until work gets through', () => {
  let now = 0;
  const gate = new StartGate(() => now);
  const pauses = Array.from({ length: 12 }, () => {
    const pause = gate.close();
    now += pause;
    expect(gate.remaining()).toBe(0);
    return pause;
  });
  expect(pauses[0]).toBeLessThanOrEqual(5_000);
  expect(pauses.slice(0, 4)).toEqual([2_000, 4_000, 8_000, 16_000]);
  expect(pauses.at(-1)).toBe(300_000);
  gate.workGotThrough();
  expect(gate.close()).toBe(2_000);
});

test('workers that are turned away together close the gate once', () => {
  let now = 0;
  const gate = new StartGate(() => now);
  gate.close();
  now += 500;
  expect(gate.close()).toBe(1_500);
  now += 1_500;
  expect(gate.close()).toBe(4_000);
});
