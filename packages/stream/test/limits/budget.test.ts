import fc from 'fast-check';
import { expect, test } from 'vitest';
import { leftOver, overBudget } from '../../src/limits/budget.ts';
import { NO_USAGE, type RunUsage } from '@sage/journal';

const usage = (more: Partial<RunUsage>): { usage: RunUsage } => ({
  usage: { ...NO_USAGE, ended: 1, ...more },
});

test('without a limit nothing is over it', () => {
  expect(overBudget({}, usage({ costUsd: 1e6, costed: 1, tokens: 1e9, counted: 1 }), 8)).toBeUndefined();
});

test('as long as nothing is known one at a time may start; agents that tell nothing are not limited', () => {
  expect(overBudget({ maxCost: 5 }, usage({ ended: 0 }), 0)).toBeUndefined();
  expect(overBudget({ maxCost: 5 }, usage({ ended: 0 }), 1)).toContain('$0.00 used');
  // One that was ended could not tell.
  const once = { cost: 1, tokens: 1 };
  expect(overBudget({ maxCost: 5 }, usage({ ended: 1, untold: once }), 0)).toBeUndefined();
  expect(overBudget({ maxCost: 5 }, usage({ ended: 1, untold: once }), 1)).toContain('$0.00 used');
  const untold = { cost: 3, tokens: 3 };
  expect(overBudget({ maxCost: 5 }, usage({ ended: 3, untold }), 7)).toBeUndefined();
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

test('an attempt that failed at once says nothing of what others cost', () => {
  expect(overBudget({ maxCost: 10 }, usage({ ended: 1 }), 0)).toBeUndefined();
  expect(overBudget({ maxCost: 10 }, usage({ ended: 1 }), 1)).toContain('the budget of $10');
});

test('as long as few have told, each may use as much as the largest', () => {
  const two = { costUsd: 6, costed: 2, ended: 2, largest: { costUsd: 5, tokens: 0 } };
  expect(overBudget({ maxCost: 15 }, usage(two), 1)).toContain('about $5.00 an attempt');
  expect(overBudget({ maxCost: 15 }, usage({ ...two, costed: 6 }), 1)).toBeUndefined();
});

test('what an attempt used that told nothing is not taken for nothing', () => {
  const told = { costUsd: 6, costed: 6, ended: 9, untold: { cost: 3, tokens: 0 } };
  expect(overBudget({ maxCost: 9.5 }, usage(told), 0)).toBe(
    'the budget of $9.5 is reached: $9.00 used, about $1.00 an attempt',
  );
});
