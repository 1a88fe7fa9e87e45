import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { isCheckablePath } from '../../src/index.ts';
import { repositoryWith } from '../fixture.ts';

const FILE = '100644';
const LINK = '120000';

test('what git keeps out of its index cannot be checked out, whatever the file system', async () => {
  const { root } = await repositoryWith({ a: '1' });
  const config = ['-c', 'core.protectHFS=true', '-c', 'core.protectNTFS=true'];
  const takes = (path: string, mode: string) => {
    try {
      const args = [
        ...config,
        'update-index',
        '--add',
        '--replace',
        '--cacheinfo',
        `${mode},${'1'.repeat(40)},${path}`,
      ];
      execFileSync('git', args, { cwd: root, stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  const steps = [
    '.git',
    '.GIT',
    '.git ',
    '.git.',
    '.git . ',
    '.git::$INDEX_ALLOCATION',
    'git~1',
    'GIT~1 ',
    '.g\u200cit',
    'x\\.git',
    '.git\\x',
    '..',
    '.',
    '.github',
    '.gitignore',
    'git',
    '.git~1',
    'x.git',
    '...',
    'a\\b',
    ' ',
    '-rf',
  ];
  for (const step of steps)
    for (const path of [step, `d/${step}`, `${step}/f`])
      expect([path, isCheckablePath(path, FILE)]).toEqual([path, takes(path, FILE)]);
  for (const name of ['.gitmodules', '.GITMODULES ', 'gitmod~1', 'other'])
    expect([name, isCheckablePath(name, LINK)]).toEqual([name, takes(name, LINK)]);
  expect(isCheckablePath('.gitmodules', FILE)).toBe(true);
});
