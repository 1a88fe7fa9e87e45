import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leftOver, overBudget } from '../../src/limits/budget.ts';
import type { RunUsage } from '@sage/journal';

const usage = (more: Partial<RunUsage>): { usage: RunUsage } => ({
  usage: { costUsd: 0, tokens: 0, ended: 1, costed: 0, counted: 0, ...more },
});

test('without a limit nothing is over it', () => {
  expect(overBudget({}, usage({ costUsd: 1e6, costed: 1, tokens: 1e9, counted: 1 }), 8)).toBeUndefined();
});

test('as long as nothing is known one at a time may start; agents that tell nothing are not limited', () => {
  expect(overBudget({ maxCost: 5 }, usage({ ended: 0 }), 0)).toBeUndefined();
  expect(overBudget({ maxCost: 5 }, usage({ ended: 0 }), 1)).toContain('$0.00 used');
  expect(overBudget({ maxCost: 5 }, usage({ ended: 3 }), 7)).toBeUndefined();
});

test('what runs and what would start is reserved at the mean of what ended', () => {
  const spent = usage({ costUsd: 4, costed: 4 });
  expect(overBudget({ maxCost: 6 }, spent, 1)).toBeUndefined();
  expect(overBudget({ maxCost: 6 }, spent, 2)).toBe(
    'the budget of $6 is reached: $4.00 used, about $1.00 an attempt',
  );
  expect(overBudget({ maxTokens: 100 }, usage({ tokens: 60, counted: 1 }), 0)).toContain(
    'the budget of 100 tokens',
  );
});

test('attempts that cost what the ones before did never go over the limit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 500 }),
      fc.integer({ min: 1, max: 8 }),
      (each, limit, workers) => {
        // The first attempt is the only one that nothing is known of.
        let used = each;
        let ended = 1;
        for (let round = 0; round < 100; round++) {
          let running = 0;
          while (
            running < workers &&
            overBudget({ maxTokens: limit }, usage({ tokens: used, counted: ended }), running) === undefined
          )
            running += 1;
          if (running === 0) break;
          used += each * running;
          ended += running;
        }
        expect(used).toBeLessThanOrEqual(Math.max(limit, each));
      },
    ),
  );
});

test('what is left over is priced only where attempts reported something', () => {
  expect(leftOver(usage({ ended: 3 }), 2)).toBe('2 tickets are left as they are');
  expect(leftOver(usage({ tokens: 300, counted: 3, ended: 3 }), 1)).toBe(
    '1 ticket is left as it is, and would need about 100 tokens',
  );
});
