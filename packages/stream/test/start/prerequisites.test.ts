import { openRepository } from '@sage/git';
import { repository as makeRepository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { assertOpenFiles, chooseWorkforce } from '../../src/start/prerequisites.ts';
import { assertWritable } from '../../src/start/target.ts';

test('workers are what was asked for, at most the tickets there are; one core is one worker, and said so', async () => {
  const { root, git } = makeRepository();
  const repository = await openRepository(root);
  const tip = git('rev-parse', 'HEAD');
  const choose = (requested: number | string | undefined, available: number, cores: number) =>
    chooseWorkforce(repository, { requested, available, tip }, cores);
  expect(await choose(undefined, 9, 8)).toEqual({ workers: 1 });
  expect(await choose(3, 9, 2)).toEqual({ workers: 3 });
  expect(await choose('auto', 9, 8)).toEqual({ workers: 4 });
  expect(await choose(10, 5, 8)).toEqual({ workers: 5 });
  expect(await choose(3, 9, 1)).toEqual({
    workers: 1,
    notice: expect.stringContaining('one core') as string,
  });
  await expect(choose(0, 9, 8)).rejects.toThrow('0');
});

test('few open files allow few workers, and very few none', async () => {
  const { root, git } = makeRepository();
  const repository = await openRepository(root);
  const tip = git('rev-parse', 'HEAD');
  const choose = (requested: number, openFiles: number) =>
    chooseWorkforce(repository, { requested, available: 9, tip }, 8, openFiles);
  expect(await choose(3, 100)).toEqual({ workers: 3 });
  expect(await choose(3, 72)).toEqual({
    workers: 2,
    notice: '72 files may be open (ulimit -n): using 2 of 3 workers',
  });
  expect(() => assertOpenFiles(68)).not.toThrow();
  expect(() => assertOpenFiles(60)).toThrow('only 60 files may be open, too few for a run: allow more');
});

test.runIf(process.platform === 'linux')(
  'a directory that cannot be written is reported before anything is changed',
  async () => {
    // procfs refuses even the superuser.
    const repository = { root: '/proc/self', gitDir: '/proc/self', commonDir: '/proc/self' };
    await expect(assertWritable(repository)).rejects.toThrow('/proc/self is read-only');
  },
);
