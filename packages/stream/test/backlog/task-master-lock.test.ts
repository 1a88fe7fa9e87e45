import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { taskMasterLock } from '../../src/backlog/task-master-lock.ts';

test.each([
  ['a file, as its command line makes one', (path: string) => writeFileSync(path, '{"pid":1}')],
  ['a folder, as its library makes one', (path: string) => mkdirSync(path)],
])('a lock that a killed process has left is taken over: %s', async (_, make) => {
  const file = join(temporaryFolder(), 'tasks.json');
  make(`${file}.lock`);
  utimesSync(`${file}.lock`, 0, 0);
  {
    await using _lock = await taskMasterLock(file);
    expect(existsSync(`${file}.lock`)).toBe(true);
  }
  expect(existsSync(`${file}.lock`)).toBe(false);
});

test('a lock that somebody holds is waited for', async () => {
  const file = join(temporaryFolder(), 'tasks.json');
  const order: string[] = [];
  const first = await taskMasterLock(file);
  const waits = async (): Promise<void> => {
    await using _lock = await taskMasterLock(file);
    order.push('second');
  };
  const second = waits();
  order.push('first');
  await first[Symbol.asyncDispose]();
  await second;
  expect(order).toEqual(['first', 'second']);
});
