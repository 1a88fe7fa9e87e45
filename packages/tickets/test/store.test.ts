import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readTicketIndex, writeTicketChanges } from '../src/store.ts';
import { temporaryFolder } from './temporary-folder.ts';

const at = '2026-01-02T03:04:05Z';
const text = '\uFEFF{"tickets": [{"id": "é-1", "state": "UNPROCESSED"}]}';

describe('readTicketIndex', () => {
  test('gives the tickets and the text', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'index.json');
    await writeFile(file, text);
    const index = await readTicketIndex(file);
    expect(index.text).toBe(text);
    expect(index.tickets[0]!.id).toBe('é-1');
  });

  test('says what to do about a missing, an unreadable and a binary file', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'index.json');
    await expect(readTicketIndex(file)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('create it'),
    });
    await expect(readTicketIndex(folder.path)).rejects.toMatchObject({ code: 'UNREADABLE' });
    const pipe = join(folder.path, 'pipe');
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
});

describe('writeTicketChanges', () => {
  test('replaces the file whole, keeps its mode and leaves nothing beside it', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'index.json');
    await writeFile(file, text);
    await chmod(file, 0o640);
    const before = await stat(file);
    await writeTicketChanges(file, [{ id: 'é-1', state: 'COMPLETED', at }]);
    const after = await stat(file);
    expect(await readFile(file, 'utf8')).toBe(text.replace('UNPROCESSED', 'COMPLETED'));
    expect(after.mode).toBe(before.mode);
    expect(after.ino).not.toBe(before.ino);
    expect(await readdir(folder.path)).toEqual(['index.json']);
  });

  test('follows a symbolic link and leaves it one', async () => {
    await using folder = await temporaryFolder();
    const target = join(folder.path, 'real', 'index.json');
    const link = join(folder.path, 'link.json');
    await mkdir(join(folder.path, 'real'));
    await writeFile(target, text);
    await symlink(join('real', 'index.json'), link);
    await writeTicketChanges(link, [{ id: 'é-1', state: 'COMPLETED', at }]);
    expect(await readlink(link)).toBe(join('real', 'index.json'));
    expect(await readFile(target, 'utf8')).toContain('COMPLETED');
  });

  test('does not touch the file where nothing changes, nor where a change fails', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'index.json');
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
});
