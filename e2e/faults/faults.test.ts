import { expect, test } from 'vitest';
import { runCase } from './campaign.ts';
import { stepCases } from './step-cases.ts';

const SLICE = [
  'queue and gits killed at each step, in groups',
  'queue and gits killed at each step, with a managed file',
];

test.concurrent.each(stepCases(1).filter(({ name }) => SLICE.includes(name)))(
  '$name: nothing lost, nothing twice, nothing damaged',
  async (each) => {
    const { kills, ...found } = await runCase(each);
    expect(kills).toBeGreaterThan(8);
    expect(found).toMatchObject({ lost: 0, doubled: 0, unclean: [] });
  },
  120_000,
);
