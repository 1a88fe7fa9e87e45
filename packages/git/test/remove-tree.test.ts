import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { removeOrSetAside, removeTree } from '../src/index.ts';
import { asOrdinaryUser, openDirectory } from './ordinary-user.ts';
import { temporaryDirectory } from './fixture.ts';

test('whatever there is goes, and a link is never followed', async () => {
  const [parent, outside] = [temporaryDirectory(), temporaryDirectory()];
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
  const parent = temporaryDirectory();
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
    expect(
      await asOrdinaryUser(parent, make, `await git.removeTree(${JSON.stringify(join(parent, 'tree'))})`),
    ).toBe('');
    expect(readdirSync(parent)).toEqual([]);
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'what belongs to another user is moved aside, and the way is free',
  async () => {
    const parent = openDirectory();
    const path = join(parent, 'tree');
    await asOrdinaryUser(parent, 'mkdir tree', '');
    mkdirSync(join(path, 'of-root'));
    writeFileSync(join(path, 'of-root/f'), 'x');
    const code = `console.log(await git.removeOrSetAside(${JSON.stringify(path)}))`;
    const aside = await asOrdinaryUser(parent, 'true', code);
    expect(aside.startsWith(`${path}.left-`)).toBe(true);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(join(aside, 'of-root/f'), 'utf8')).toBe('x');
    expect(await removeOrSetAside(aside)).toBeUndefined();
  },
);
