import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type RunEvent, RunLog, runsDirectory } from '@sage/journal';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, onTestFinished, test } from 'vitest';
import { TicketRequests, writeRequest } from '../../src/live/ticket-requests.ts';

async function opened() {
  const root = temporaryFolder();
  const events: RunEvent[] = [];
  const notices: string[] = [];
  await mkdir(join(runsDirectory(root), 'r'), { recursive: true });
  await writeRequest(root, 'r', { ticket: 'EARLIER', action: 'skip' });
  const log = await RunLog.open(root, 'r', [], () => new Date(0));
  log.subscribe((event) => events.push(event));
  onTestFinished(() => log.close());
  const requests = await TicketRequests.open(root, log, (text) => notices.push(text));
  const look = async () => {
    if (await requests.hasChanged()) await requests.take();
  };
  return { root, events, notices, requests, look, folder: join(runsDirectory(root), 'r', 'requests') };
}

test('what is asked of tickets is journaled once, in order, by its name; an earlier process was asked something else', async () => {
  const { root, events, look, requests } = await opened();
  await look();
  expect(events).toEqual([]);
  const first = await writeRequest(root, 'r', { ticket: 'A-1', action: 'stop' });
  await look();
  const second = await writeRequest(root, 'r', { ticket: 'A-\u0007', action: 'skip' });
  await look();
  await look();
  expect(events).toMatchObject([
    { event: 'ticket.requested', request: first, ticket: 'A-1', action: 'stop' },
    { event: 'ticket.requested', request: second, ticket: 'A-\u0007', action: 'skip' },
  ]);
  expect(await requests.hasChanged()).toBe(false);
});

test.for([
  '',
  'null',
  '{"v":2}',
  '{"v":1,"ticket":7}',
  '{"v":1,"ticket":"A","action":"land"}',
  'x'.repeat(70_000),
])('a request that is none is named, and gone: %#', async (text) => {
  const { events, look, notices, folder } = await opened();
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'x.json'), text);
  await mkdir(join(folder, 'y.json'));
  await look();
  expect(events).toEqual([]);
  expect(notices).toHaveLength(2);
  expect(notices[0]).toContain('x.json is ignored: ');
  expect(await readdir(dirname(join(folder, 'x.json')))).toEqual([]);
});
