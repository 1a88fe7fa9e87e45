import { readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { replaceFile } from '../../src/files/replace-file.ts';

test('a file is made, and then replaced, with its mode and nothing beside it', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'a.json');
  await replaceFile(file, 'one');
  await replaceFile(file, Buffer.from('two'), { mode: 0o600, durable: true });
  expect(await readFile(file, 'utf8')).toBe('two');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['a.json']);
});

test('a link is replaced, not followed', async () => {
  const folder = temporaryFolder();
  await writeFile(join(folder, 'elsewhere'), 'theirs');
  await symlink('elsewhere', join(folder, 'a.json'));
  await replaceFile(join(folder, 'a.json'), 'ours');
  expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe('theirs');
});

test('where it cannot be replaced, nothing is left behind', async () => {
  const folder = temporaryFolder();
  await expect(replaceFile(folder, 'x')).rejects.toMatchObject({
    code: expect.stringMatching(/EISDIR|EEXIST|ENOTEMPTY/),
  });
  expect(
    await readdir(join(folder, '..')).then((names) => names.filter((name) => name.endsWith('.tmp'))),
  ).toEqual([]);
});
