import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { put } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { helperProgram } from '../../src/index.ts';
import { repositoryWith } from '../fixture.ts';

function plant(folder: string): string {
  mkdirSync(folder, { recursive: true });
  put(folder, { tool: '#!/bin/sh\n' });
  chmodSync(join(folder, 'tool'), 0o755);
  return folder;
}

test('a program is never taken from the repository, from npm, or from where the process runs', async () => {
  const { root } = await repositoryWith({ 'src/a': '1' });
  const outside = temporaryFolder();
  const good = plant(join(outside, 'bin'));
  const linked = join(outside, 'linked');
  symlinkSync(plant(join(root, 'tools')), linked);
  const bad = [
    plant(join(root, 'node_modules/.bin')),
    plant(join(outside, 'node_modules/.bin')),
    linked,
    root,
    '.',
    '',
  ];
  const path = [...bad, good].join(delimiter);
  expect(helperProgram('tool', [join(root, 'src')], path)).toEqual({
    program: join(good, 'tool'),
    path: good,
  });
  expect(helperProgram('tool', [root], bad.join(delimiter))).toEqual({ program: 'tool', path: '' });
});

test('a folder in no repository rules out nothing but npm and relative places', () => {
  const folder = temporaryFolder();
  const good = plant(join(folder, 'bin'));
  expect(helperProgram('tool', [folder], good).program).toBe(join(good, 'tool'));
});

test('a folder or a file that may not be run is no program', () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'a/tool'), { recursive: true });
  mkdirSync(join(folder, 'b'));
  put(join(folder, 'b'), { tool: 'text' });
  const path = [join(folder, 'a'), join(folder, 'b')].join(delimiter);
  expect(helperProgram('tool', [folder], path).program).toBe('tool');
});

test('what one repository holds is not run in another one either', async () => {
  const [one, other] = [await repositoryWith({ a: '1' }), await repositoryWith({ a: '1' })];
  const path = plant(join(one.root, 'bin'));
  expect(helperProgram('tool', [one.root], path).program).toBe('tool');
  expect(helperProgram('tool', [other.root], path).program).toBe('tool');
});
