import { readdir, utimes, writeFile } from 'node:fs/promises';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pruneVerifyCache, withVerifyCache } from '../../src/verification/verify-cache.ts';
import { temporaryFolder } from '@sage/test-support/temporary-folder';

test('a tree that has passed under a key is not asked about again; one that failed is', async () => {
  const directory = temporaryFolder();
  const asked: string[] = [];
  const cached = (key: string) =>
    withVerifyCache(
      async ({ tree }: { commit: string; tree: string }) => {
        asked.push(`${key} ${tree}`);
        return { ok: tree !== 'red', output: 'said' };
      },
      directory,
      key,
    );
  const ask = (key: string, tree: string) => cached(key)({ commit: 'c', tree });
  expect(await ask('k', 'green')).toEqual({ ok: true, output: 'said' });
  expect(await ask('k', 'green')).toEqual({ ok: true, output: '' });
  await ask('other', 'green');
  await ask('k', 'red');
  await ask('k', 'red');
  expect(asked).toEqual(['k green', 'other green', 'k red', 'k red']);
});

test('only the newest passes are kept', async () => {
  const directory = temporaryFolder();
  const folder = join(directory, 'verified');
  mkdirSync(folder);
  for (let nth = 0; nth < 205; nth++) {
    await writeFile(join(folder, String(nth)), '');
    await utimes(join(folder, String(nth)), 1_000 + nth, 1_000 + nth);
  }
  await pruneVerifyCache(directory);
  const left = await readdir(folder);
  expect(left).toHaveLength(200);
  expect(left).not.toContain('4');
  expect(left).toContain('5');
});
