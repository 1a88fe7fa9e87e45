import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { readTicketIndex, writeTicketChanges } from '../src/store.ts';

const at = '2026-01-02T03:04:05Z';
const text = '\uFEFF{"tickets": [{"id": "é-1", "state": "UNPROCESSED"}]}';

test('readTicketIndex: gives the tickets and the text', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'index.json');
  await writeFile(file, text);
  const index = await readTicketIndex(file);
  expect(index.text).toBe(text);
  expect(index.tickets[0]!.id).toBe('é-1');
});

test('readTicketIndex: says what to do about a missing, an unreadable and a binary file', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'index.json');
  await expect(readTicketIndex(file)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining('sage init'),
  });
  await expect(readTicketIndex(folder)).rejects.toMatchObject({ code: 'UNREADABLE' });
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  await expect(readTicketIndex(pipe)).rejects.toMatchObject({
    code: 'UNREADABLE',
    message: expect.stringContaining('no regular file'),
  });
  await writeFile(
    file,
    Buffer.concat([Buffer.from('{"a":\n"é'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
  );
  await expect(readTicketIndex(file)).rejects.toMatchObject({ code: 'NOT_UTF8', line: 2, column: 4 });
});

test('writeTicketChanges: replaces the file whole, keeps its mode and leaves nothing beside it', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'index.json');
  await writeFile(file, text);
  await chmod(file, 0o640);
  const before = await stat(file);
  await writeTicketChanges(file, [{ id: 'é-1', state: 'COMPLETED', at }]);
  const after = await stat(file);
  expect(await readFile(file, 'utf8')).toBe(text.replace('UNPROCESSED', 'COMPLETED'));
  expect(after.mode).toBe(before.mode);
  expect(after.ino).not.toBe(before.ino);
  expect(await readdir(folder)).toEqual(['index.json']);
});

test('writeTicketChanges: follows a symbolic link and leaves it one', async () => {
  const folder = temporaryFolder();
  const target = join(folder, 'real', 'index.json');
  const link = join(folder, 'link.json');
  await mkdir(join(folder, 'real'));
  await writeFile(target, text);
  await symlink(join('real', 'index.json'), link);
  await writeTicketChanges(link, [{ id: 'é-1', state: 'COMPLETED', at }]);
  expect(await readlink(link)).toBe(join('real', 'index.json'));
  expect(await readFile(target, 'utf8')).toContain('COMPLETED');
});

test('writeTicketChanges: does not touch the file where nothing changes, nor where a change fails', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'index.json');
  await writeFile(file, text);
  const before = await stat(file);
  await writeTicketChanges(file, [{ id: 'é-1', state: 'UNPROCESSED', at }]);
  await expect(writeTicketChanges(file, [{ id: 'X', at }])).rejects.toMatchObject({
    code: 'UNKNOWN_TICKET',
    file,
  });
  expect((await stat(file)).ino).toBe(before.ino);
  expect(await readFile(file, 'utf8')).toBe(text);
});
