import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import type { RunEvent } from '../src/index.ts';
import { RunLog } from '../src/run-log.ts';
import { Journal, type JournalFile, parseJournal, readJournal } from '../src/journal.ts';

async function journalFile(): Promise<string> {
  const folder = temporaryFolder();
  return join(folder, 'run/journal.jsonl');
}

const event = (ticket: string): RunEvent => ({
  v: 2,
  run: 'r',
  time: '2026-01-01T00:00:00.000Z',
  event: 'ticket.completed',
  ticket,
  commit: 'c',
});

test('events come back in the order they were appended, however many at once', async () => {
  const file = await journalFile();
  const journal = await Journal.open(file);
  await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append(event(`A-${index}`))));
  await journal.close();
  expect((await readJournal(file)).map((one) => 'ticket' in one && one.ticket)).toEqual(
    Array.from({ length: 100 }, (_, index) => `A-${index}`),
  );
});

test('an event is on the disk when append resolves', async () => {
  const file = await journalFile();
  const journal = await Journal.open(file);
  await journal.append(event('A-1'));
  expect(await readFile(file, 'utf8')).toBe(`${JSON.stringify(event('A-1'))}\n`);
  await journal.close();
});

test('a torn end is dropped, and the next event starts a line of its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(100), fc.boolean(), async (length, newline) => {
      const file = await journalFile();
      const journal = await Journal.open(file);
      await journal.append(event('A-1'));
      await journal.close();
      const torn = JSON.stringify(event('größe')).slice(0, length);
      await appendFile(file, torn + (newline && length > 0 ? '\n' : ''));
      expect(await readJournal(file)).toEqual([event('A-1')]);
      const again = await Journal.open(file);
      await again.append(event('A-2'));
      await again.close();
      expect(await readJournal(file)).toEqual([event('A-1'), event('A-2')]);
    }),
    { numRuns: 40 },
  );
});

test('a block of zeros, as a power cut leaves it, is a torn end', async () => {
  const file = await journalFile();
  const journal = await Journal.open(file);
  await journal.append(event('A-1'));
  await journal.close();
  await appendFile(file, '\0\0\0\0');
  expect(await readJournal(file)).toEqual([event('A-1')]);
});

test('lines that are damaged are left out and told, and the others count', async () => {
  const file = await journalFile();
  const journal = await Journal.open(file);
  for (const ticket of ['A-1', 'A-2', 'A-3', 'A-4']) await journal.append(event(ticket));
  await journal.close();
  const lines = (await readFile(file, 'utf8')).split('\n');
  lines[1] = lines[1]!.slice(5);
  lines[2] = 'null';
  await writeFile(file, lines.join('\n'));
  expect(await readJournal(file)).toEqual([event('A-1'), event('A-4')]);
  expect(parseJournal(await readFile(file, 'utf8')).damaged).toEqual([2, 3]);
});

/** A file whose disk is full for the first `writes`: each leaves half of what it should write. */
function fullFor(writes: number) {
  let text = '';
  let left = writes;
  return {
    text: () => text,
    tries: () => writes - left,
    file: {
      async appendFile(group: string) {
        left -= 1;
        if (left < 0) return void (text += group);
        text += group.slice(0, group.length / 2);
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
      datasync: async () => {},
      async truncate(size: number) {
        text = text.slice(0, size);
      },
      close: async () => {},
    } as unknown as JournalFile,
  };
}

test('a full disk is waited for, and leaves no half line', async () => {
  const disk = fullFor(2);
  const journal = new Journal(disk.file, 0, [1, 1, 1]);
  await Promise.all([journal.append(event('A-1')), journal.append(event('A-2'))]);
  const { events, damaged } = parseJournal(disk.text());
  expect([events.map((one) => 'ticket' in one && one.ticket), damaged]).toEqual([['A-1', 'A-2'], []]);
});

test('a disk that stays full is an error, and what was there before stays whole', async () => {
  const disk = fullFor(10);
  const journal = new Journal(disk.file, 0, [1, 1]);
  await expect(journal.append(event('A-1'))).rejects.toThrow('no space left');
  expect(disk.text()).toBe('');
});

test('a disk that has been waited for in vain is not waited for again before it has had room', async () => {
  const disk = fullFor(4);
  const journal = new Journal(disk.file, 0, [1, 1]);
  await expect(journal.append(event('A-1'))).rejects.toThrow('no space left');
  await expect(journal.append(event('A-2'))).rejects.toThrow('no space left');
  expect(disk.tries()).toBe(4);
  await journal.append(event('A-3'));
  expect(parseJournal(disk.text()).events).toEqual([event('A-3')]);
});

test.each([0, 1, 2, 3, 5, 8, 13])(
  'listeners get events in the order they were emitted, %i turns apart',
  async (turns) => {
    const log = await RunLog.open(temporaryFolder(), 'r', [], () => new Date(0));
    const seen: string[] = [];
    log.subscribe((one) => seen.push(one.event === 'ticket.quiet' ? one.ticket : ''));
    const emitted: Promise<void>[] = [];
    const names = Array.from({ length: 40 }, (_, nth) => `T-${nth}`);
    for (const [nth, ticket] of names.entries()) {
      emitted.push(log.emit({ event: 'ticket.quiet', ticket, seconds: 1 }));
      for (let turn = 0; turn < turns * (nth % 3); turn += 1) await Promise.resolve();
      if (nth % 7 === 6) await new Promise(setImmediate);
    }
    await Promise.all(emitted);
    await log.close();
    expect(seen).toEqual(names);
  },
);
