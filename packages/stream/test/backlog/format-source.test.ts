import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRepository } from '@sage/git';
import { repository } from '@sage/test-support/repository';
import { afterEach, expect, test, vi } from 'vitest';
import { openSource } from '../../src/backlog/open-source.ts';

const AT = '2026-01-01T00:00:00Z';

afterEach(() => vi.useRealTimers());

async function backlogMd() {
  const { root, git } = repository();
  mkdirSync(join(root, 'backlog/tasks'), { recursive: true });
  writeFileSync(join(root, 'backlog/config.yml'), 'statuses: ["To Do", "Done"]\n');
  for (const n of [1, 2])
    writeFileSync(
      join(root, `backlog/tasks/task-${n} - T.md`),
      `---\nid: TASK-${n}\ntitle: T\nstatus: To Do\n---\n`,
    );
  git('add', '--all');
  git('commit', '--quiet', '--message=backlog');
  const source = await openSource(await openRepository(root), 'refs/heads/main');
  return { root, git, source, path: (n: number) => join(root, `backlog/tasks/task-${n} - T.md`) };
}

const ids = ({ tickets }: { tickets: readonly { id: string }[] }) => tickets.map(({ id }) => id);

test('a file that is away for a moment takes no ticket out of the backlog, and no state file either', async () => {
  const { source, path } = await backlogMd();
  expect(ids(await source.read())).toEqual(['TASK-1', 'TASK-2']);
  renameSync(path(2), `${path(2)}.away`);
  for (const _ of [1, 2]) await expect(source.read()).rejects.toThrow('task-2 - T.md: its tickets are gone');
  expect(source.stateFiles([])).toHaveLength(2);
  renameSync(`${path(2)}.away`, path(2));
  expect(ids(await source.read())).toEqual(['TASK-1', 'TASK-2']);
  rmSync(path(2));
  await expect(source.read()).rejects.toThrow('task-2 - T.md');
  vi.setSystemTime(Date.now() + 1_000);
  expect(ids(await source.read())).toEqual(['TASK-1']);
});

test('a list that is empty, as git is about to write it, is no backlog without tickets', async () => {
  const path = '.beads/issues.jsonl';
  const issue = '{"id":"bd-1","status":"open"}\n';
  const { root } = repository({ [path]: issue });
  const source = await openSource(await openRepository(root), 'refs/heads/main');
  await source.read();
  writeFileSync(join(root, path), '');
  await expect(source.read()).rejects.toThrow(`${path}: its tickets are gone`);
  const [file] = source.stateFiles([{ id: 'bd-1', state: 'COMPLETED', at: AT }]);
  expect([file?.path, file?.edit(issue)]).toEqual([path, expect.stringContaining('"closed"')]);
  writeFileSync(join(root, path), issue);
  expect(ids(await source.read())).toEqual(['bd-1']);
});

test('states are written into the files of their tickets, and only there', async () => {
  const { source, path } = await backlogMd();
  await source.read();
  const before = readFileSync(path(2), 'utf8');
  await source.write([{ id: 'TASK-1', state: 'COMPLETED', at: AT }]);
  expect(readFileSync(path(1), 'utf8')).toContain('status: Done');
  expect(readFileSync(path(2), 'utf8')).toBe(before);
  expect(await source.isTracked()).toBe(true);
  const [first] = source.stateFiles([{ id: 'TASK-1', state: 'COMPLETED', at: AT }]);
  expect(first?.edit(before.replace('TASK-2', 'TASK-1'))).toContain('status: Done');
});
