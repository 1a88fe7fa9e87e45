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
});

test.runIf(process.platform === 'linux')('another file system is asked for its own room', async () => {
  const { root } = repository({ a: 'x' });
  const { bavail, bsize, blocks } = statfsSync('/dev');
  expect(blocks).toBeGreaterThan(0);
  expect((await worktreeRoom(root, 'HEAD', '/dev/sage/x')).free).toBe(bavail * bsize);
  const untold = await worktreeRoom(root, 'HEAD', '/proc/sage');
  expect([statfsSync('/proc').blocks, untold.room > 1_000]).toEqual([0, true]);
});

test('files of no size need no room', async () => {
  const { root } = repository({ a: '' });
  expect((await worktreeRoom(root, 'HEAD', root)).room).toBeGreaterThan(1_000);
});
