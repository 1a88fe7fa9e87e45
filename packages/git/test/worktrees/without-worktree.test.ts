import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { withoutWorktree } from '../../src/worktrees/without-worktree.ts';
import { worktreeDirectory } from '../../src/worktrees/worktree-directory.ts';

test('paths of a worktree become paths of the repository, wherever worktrees are', () => {
  const shorten = withoutWorktree('/home/una/shop');
  const name = basename(worktreeDirectory('/home/una/shop', undefined));
  expect(shorten(`cat /home/una/.cache/sage/${name}/agent-2/src/a.ts`)).toBe('cat src/a.ts');
  expect(shorten(`"/mnt/trees/${name}/agent-10/a.ts" /etc/hosts`)).toBe('"a.ts" /etc/hosts');
});
