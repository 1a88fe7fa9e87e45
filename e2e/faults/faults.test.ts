import { expect, test } from 'vitest';
import { runCase, stepCases } from './campaign.ts';

test.concurrent.each(stepCases([1]).filter(({ name }) => name.startsWith('queue and gits')))(
  '$name: nothing lost, nothing twice, nothing damaged',
  async (each) => {
    const { kills, ...found } = await runCase(each);
    expect(kills).toBeGreaterThan(8);
    expect(found).toMatchObject({ lost: 0, doubled: 0, unclean: [] });
  },
  120_000,
);
