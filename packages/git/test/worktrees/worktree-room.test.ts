import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { worktreeRoom } from '../../src/index.ts';

test('room is asked of the file system that holds the folder, also of one that is still to be made', async () => {
  const { root } = repository({ a: 'x', 'b/c': 'x'.repeat(5_000) });
  const there = await worktreeRoom(root, 'HEAD', root);
  expect(there.size).toBe(3 * 4_096);
  expect(there.room).toBe(Math.floor(there.free / there.size));
  const made = await worktreeRoom(root, 'HEAD', join(root, 'not/made/yet'));
  expect(made.room).toBeGreaterThan(0);
  const { bavail, bsize } = statfsSync('/proc');
  expect((await worktreeRoom(root, 'HEAD', '/proc/sage')).free).toBe(bavail * bsize);
});

test('files of no size need no room', async () => {
  const { root } = repository({ a: '' });
  expect((await worktreeRoom(root, 'HEAD', root)).room).toBeGreaterThan(1_000);
});
