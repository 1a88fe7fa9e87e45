import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import { repository } from '@sage/test-support/repository';
import { expect, test } from 'vitest';
import { openSource } from '../../src/backlog/open-source.ts';

const TASKS = '.taskmaster/tasks/tasks.json';
const LOCK = `${TASKS}.lock`;
const at = '2026-01-01T00:00:00.000Z';

async function open() {
  const text = '{"master":{"tasks":[{"id":1,"status":"pending"}]}}';
  const { root } = repository({ '.gitignore': '.taskmaster\n' });
  mkdirSync(join(root, '.taskmaster/tasks'), { recursive: true });
  writeFileSync(join(root, TASKS), text);
  const source = await openSource(await openRepository(root), 'refs/heads/main');
  await source.read();
  return { root, source };
}

test.each([
  ['a file, as its command line makes one', (path: string) => writeFileSync(path, '{"pid":1}')],
  ['a folder, as its server makes one', (path: string) => mkdirSync(path)],
])('a lock of Task Master that a killed process has left is taken over: %s', async (_, make) => {
  const { root, source } = await open();
  const lock = join(root, LOCK);
  make(lock);
  utimesSync(lock, 0, 0);
  await source.write([{ id: '1', state: 'COMPLETED', at }]);
  expect(readFileSync(join(root, TASKS), 'utf8')).toContain('"status":"done"');
  expect(existsSync(lock)).toBe(false);
});
