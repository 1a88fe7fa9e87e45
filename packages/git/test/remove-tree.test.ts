import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { NOBODY } from '@sage/test-support/ordinary-user';
import { expect, test } from 'vitest';
import { removeOrSetAside, removeTree } from '../src/index.ts';
import { asOrdinaryUser, openDirectory } from './ordinary-user.ts';
import { temporaryFolder } from '@sage/test-support/temporary-folder';

test('whatever there is goes, and a link is never followed', async () => {
  const [parent, outside] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(outside, 'precious'), 'x');
  const tree = join(parent, 'tree');
  mkdirSync(join(tree, 'a/b'), { recursive: true });
  symlinkSync(outside, join(tree, 'a/link'));
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/a/`), Buffer.from([0xff, 0xfe])]), 'x');
  execFileSync('mkfifo', [join(tree, 'a/pipe')]);
  symlinkSync(outside, join(parent, 'link'));
  for (const path of ['tree', 'link', 'never-was']) await removeTree(join(parent, path));
  expect(readdirSync(parent)).toEqual([]);
  expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('x');
});

test('paths that are longer than the system allows go as well', async () => {
  const parent = temporaryFolder();
  const script = `const fs=require('fs');for(let i=0;i<40;i++){const n='d'.repeat(200);fs.mkdirSync(n);process.chdir(n);fs.writeFileSync('x','')}`;
  mkdirSync(join(parent, 'deep'));
  execFileSync(process.execPath, ['-e', script], { cwd: join(parent, 'deep') });
  await removeTree(join(parent, 'deep'));
  expect(readdirSync(parent)).toEqual([]);
});

test('read-only trees of an ordinary user go, however many there are', async () => {
  const parent = openDirectory();
  const make = `for i in 1 2 3 4 5 6 7 8 9; do mkdir -p tree/pkg$i/sub; echo 1 > tree/pkg$i/a; echo 1 > tree/pkg$i/sub/b; done; mkdir tree/none; chmod -R a-w tree; chmod 0 tree/none`;
  for (let round = 0; round < 5; round += 1) {
    expect(await asOrdinaryUser(parent, make, 'removeTree', join(parent, 'tree'))).toBe('');
    expect(readdirSync(parent)).toEqual([]);
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'what belongs to another user is moved aside, and the way is free',
  async () => {
    const parent = openDirectory();
    const path = join(parent, 'tree');
    mkdirSync(join(path, 'of-root'), { recursive: true });
    writeFileSync(join(path, 'of-root/f'), 'x');
    chownSync(path, NOBODY, NOBODY);
    const aside = await asOrdinaryUser(parent, 'true', 'removeOrSetAside', path);
    expect(aside.startsWith(`${path}.left-`)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(join(aside, 'of-root/f'), 'utf8')).toBe('x');
    expect(await removeOrSetAside(aside)).toBeUndefined();
  },
);
