import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '@sage/test-support/repository';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { isSelfContained } from '../../src/index.ts';

function worktree() {
  const top = temporaryFolder();
  const gitDir = join(top, '.git');
  cpSync(join(repository({ file: 'x' }).root, '.git'), gitDir, { recursive: true });
  return { top, gitDir };
}

test('a git directory of plain files and folders is self-contained', async () => {
  const { top, gitDir } = worktree();
  expect(await isSelfContained(gitDir, top)).toBe(true);
  expect(await isSelfContained(gitDir, join(top, 'other'))).toBe(false);
});

test.each(['refs', 'refs/heads', 'objects', 'objects/info', 'objects/pack', 'HEAD', 'config', '.'])(
  'one whose %s is a link is not',
  async (name) => {
    const { top, gitDir } = worktree();
    const elsewhere = join(temporaryFolder(), 'moved');
    const path = join(gitDir, name);
    renameSync(path, elsewhere);
    symlinkSync(elsewhere, path.replace(/\/$/, ''));
    expect(await isSelfContained(gitDir, top)).toBe(false);
  },
);

test('one that names another as its common directory is not, nor one in which a single object is a link', async () => {
  const { top, gitDir } = worktree();
  writeFileSync(join(gitDir, 'commondir'), '/elsewhere');
  expect(await isSelfContained(gitDir, top)).toBe(false);
  const other = worktree();
  mkdirSync(join(other.gitDir, 'objects/zz'));
  symlinkSync('/elsewhere', join(other.gitDir, 'objects/zz/link'));
  expect(await isSelfContained(other.gitDir, other.top)).toBe(false);
});
