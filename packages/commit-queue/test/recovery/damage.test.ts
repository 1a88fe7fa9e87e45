import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Repository } from '@sage/git';
import { expect, test } from 'vitest';
import type { CommitQueueOptions, Step } from '../../src/index.ts';
import { userGit } from '@sage/test-support/repository';
import { landAll, MAIN, pins, queueOn, status, subjects, tip } from '../fixture.ts';

/** Three works on the first commit, the second of them to be damaged. */
async function threeQueued(options: Partial<CommitQueueOptions> = {}) {
  const made = await queueOn({ a: '1\n', 'dir/b': '1\n' }, options);
  const base = tip(made.repository);
  await made.add('ONE', { one: '1\n' }, base);
  const middle = await made.add('TWO', { 'dir/two': '2\n' }, base);
  await made.add('THREE', { three: '3\n' }, base);
  return { ...made, middle };
}

const verify = async () => Promise.resolve({ ok: true, output: '' });

test.each<[string, Partial<CommitQueueOptions>]>([
  ['in a group', {}],
  ['one by one', { verify }],
  ['three at a time', { verify, verifySlots: 3 }],
])(
  'work with a tree that is gone, %s: it holds up nothing, is reported, and stays queued',
  async (_, options) => {
    const { repository, queue, middle } = await threeQueued(options);
    const tree = userGit(repository.root, 'rev-parse', `${middle.commit}:dir`);
    rmSync(join(repository.gitDir, 'objects', tree.slice(0, 2), tree.slice(2)));
    const stopped = landAll(queue);
    await expect(stopped).rejects.toMatchObject({ code: 'CANNOT_LAND' });
    await expect(stopped).rejects.toThrow(new RegExp(`^entry ${middle.id} of "TWO" [^\\n]*$`));
    expect(subjects(repository)).toEqual(['feat: THREE', 'feat: ONE', 'first']);
    expect(await queue.list({ state: 'queued' })).toMatchObject([{ id: middle.id }]);
    expect(pins(repository)).toEqual([`refs/sage/queue/${middle.id}`]);
    expect(status(repository)).toBe('');
  },
);

test.each<[string, Partial<CommitQueueOptions>]>([
  ['in a group', {}],
  ['one by one', { verify }],
])(
  'an entry whose base nobody knows lands all the same, %s: its work says what to merge',
  async (_, options) => {
    const { repository, queue } = await threeQueued(options);
    const file = join(repository.root, '.sage/commit-queue/00000002.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"base": "[0-9a-f]{4}/, '"base": "0000'));
    expect((await landAll(queue)).map(({ state }) => state)).toEqual(['landed', 'landed', 'landed']);
  },
);

test.each([true, false])(
  'a landing that somebody takes off the target at once keeps its pin (in a group: %s)',
  async (group) => {
    const { repository, queue, add } = await queueOn(
      { a: '1\n' },
      {
        onStep: (step) => {
          if (step === 'target-moved') userGit(repository.root, 'update-ref', MAIN, base);
        },
      },
    );
    const base = tip(repository);
    const entries = [await add('ONE', { one: '1\n' }, base)];
    if (group) entries.push(await add('TWO', { two: '2\n' }, base));
    await landAll(queue);
    await queue.recover();
    expect(pins(repository)).toEqual(entries.map(({ id }) => `refs/sage/queue/${id}`).sort());
    const { problems } = await queue.audit({ target: MAIN });
    expect(problems.map(({ kind }) => kind)).toEqual(entries.map(() => 'unreachable'));
  },
);

test('objects and pins that a power cut has emptied are made again', async () => {
  let stopAt: Step | undefined = 'chain-built';
  const { repository, queue, add } = await queueOn(
    { shared: 'a\nb\nc\nd\ne\n' },
    {
      onStep: (step) => {
        if (step === stopAt) throw new Error('cut');
      },
    },
  );
  const base = tip(repository);
  await add('ONE', { shared: 'A\nb\nc\nd\ne\n' }, base);
  await add('TWO', { shared: 'a\nb\nc\nd\nE\n' }, base);
  const objects = () =>
    new Set(readdirSync(join(repository.gitDir, 'objects'), { recursive: true }).map(String));
  const before = objects();
  await expect(landAll(queue)).rejects.toThrow('cut');
  for (const name of objects()) {
    if (before.has(name) || !name.includes('/')) continue;
    chmodSync(join(repository.gitDir, 'objects', name), 0o644);
    truncateSync(join(repository.gitDir, 'objects', name), 0);
  }
  for (const pin of [...pins(repository), 'refs/sage/queue/nobody'])
    writeFileSync(join(repository.gitDir, pin), '');
  leaveLock(repository, { boot: 'the one before', host: hostname() });
  // Whoever takes the lock next mends, whatever it wants.
  await queue.recover();
  expect(pins(repository)).toHaveLength(2);
  stopAt = undefined;
  expect((await landAll(queue)).map(({ state }) => state)).toEqual(['landed', 'landed']);
  expect(readFileSync(join(repository.root, 'shared'), 'utf8')).toBe('A\nb\nc\nd\nE\n');
  userGit(repository.root, 'fsck', '--strict', '--no-dangling');
});

test('an unreadable intent holds up nothing', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  await add('T', { b: '1\n' });
  writeFileSync(join(repository.root, '.sage/commit-queue/intent.json'), '{"target": "refs/he');
  expect(await landAll(queue)).toMatchObject([{ state: 'landed' }]);
});

/** As a process that held the lock and never released it. */
function leaveLock(repository: Repository, owner: object): void {
  const folder = join(repository.commonDir, 'sage-queue/lock');
  const [name = ''] = readdirSync(folder);
  const gone = { pid: 1, host: '', boot: '', space: '', start: '', token: 't', purpose: '', since: '' };
  writeFileSync(join(folder, name), JSON.stringify({ ...gone, ...owner }));
}

test('a target whose commit is missing is named as such', async () => {
  const { repository, queue, add } = await queueOn({ a: '1\n' });
  await add('T', { b: '1\n' });
  const missing = 'ab'.repeat(20);
  writeFileSync(join(repository.gitDir, 'refs/heads/main'), `${missing}\n`);
  await expect(landAll(queue)).rejects.toMatchObject({
    code: 'TARGET_GONE',
    message: expect.stringContaining(missing),
  });
});
