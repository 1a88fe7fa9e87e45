import { expect, test } from 'vitest';
import { userGit } from '@sage/test-support/repository';
import { openCommitQueue, type CommitQueueOptions, type Step } from '../../src/index.ts';
import { landAll, MAIN, pins, queueOn, tip, workCommit } from '../fixture.ts';

/** Two works land while the user's git collects garbage once or every time, in a verify or at a step. */
async function landThrough({
  at,
  times = 1,
  ...options
}: { at: Step | 'verify'; times?: number } & Partial<CommitQueueOptions>) {
  const { repository, queue: first } = await queueOn({ a: '1\n' });
  const { root } = repository;
  let left = times;
  const collect = () => {
    if (left-- > 0) userGit(root, 'gc', '--quiet', '--prune=now');
  };
  const queue = await openCommitQueue({
    repository,
    ...options,
    onStep: (step) => {
      if (step === at) collect();
    },
    ...(options.verify && {
      verify: async (candidate) => {
        if (at === 'verify') collect();
        return (options.verify as NonNullable<CommitQueueOptions['verify']>)(candidate);
      },
    }),
  });
  const base = tip(repository);
  for (const ticket of ['T', 'U'])
    await first.enqueue({
      ticket,
      target: MAIN,
      message: ticket,
      commit: workCommit(repository, { [ticket]: `${ticket}\n` }, base),
      base,
    });
  const settled = await landAll(queue);
  return { repository, settled, collected: times - Math.max(0, left) };
}

const verify = async () => Promise.resolve({ ok: true, output: '' });
const STEPS: readonly Step[] = ['committed', 'objects-synced', 'planned', 'intent-written', 'target-moved'];
const WAYS: Record<string, Partial<CommitQueueOptions>> = {
  'in groups': {},
  'verified in a chain': { verify, verifySlots: 2 },
  'verified in batches': { verify, verifyMode: 'batch' },
};

for (const [way, options] of Object.entries(WAYS))
  for (const at of STEPS)
    test(`${way}: what gc takes away at ${at} is made again`, async () => {
      const { repository, settled } = await landThrough({ at, ...options });
      expect(settled).toMatchObject([{ state: 'landed' }, { state: 'landed' }]);
      expect(userGit(repository.root, 'ls-tree', '--name-only', 'main')).toBe('T\nU\na');
      expect(userGit(repository.root, 'fsck', '--no-dangling')).toBe('');
      expect(pins(repository)).toEqual([]);
    });

for (const way of ['verified in a chain', 'verified in batches'])
  test(`${way}: gc in every verify takes nothing of what it passes`, async () => {
    let verified = 0;
    const counted = async () => {
      verified += 1;
      return verify();
    };
    const { repository, settled } = await landThrough({
      at: 'verify',
      times: Infinity,
      ...WAYS[way],
      verify: counted,
    });
    expect(settled).toMatchObject([{ state: 'landed' }, { state: 'landed' }]);
    expect(verified).toBeLessThanOrEqual(2);
    expect(userGit(repository.root, 'fsck', '--no-dangling')).toBe('');
    expect(pins(repository)).toEqual([]);
  });

test('what a killed verify has left is removed by the next process', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' }, { verify });
  userGit(repository.root, 'update-ref', 'refs/sage/candidates/0123', tip(repository));
  userGit(repository.root, 'pack-refs', '--all', '--prune');
  await add('T', { b: '1\n' });
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
  expect(pins(repository)).toEqual([]);
});
