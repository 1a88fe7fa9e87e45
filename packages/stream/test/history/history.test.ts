import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseTicketIndex, type Ticket } from '@sage/tickets';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { knownBefore, modelOf, readHistory } from '../../src/history/history.ts';

const tickets = new Map<string, Ticket>(
  parseTicketIndex(
    JSON.stringify({
      tickets: ['API-1', 'API-2', 'API 3', 'WEB-1'].map((id) => ({ id, state: 'UNPROCESSED', type: 'task' })),
    }),
    'index.json',
  ).tickets.map((ticket) => [ticket.id, ticket]),
);

async function learnFromHistory(root: string, from: ReadonlyMap<string, Ticket>) {
  return modelOf((await readHistory(root, from)).samples, from);
}

async function folder(files: Record<string, string>): Promise<string> {
  const root = temporaryFolder();
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, '..'), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const finished = (ticket: string, seconds: number, outcome = 'completed'): string =>
  JSON.stringify({ v: 1, event: 'attempt.finished', ticket, seconds, outcome }) + '\n';

test('learns from completed attempts of every journal, and a torn line or a broken file does not matter', async () => {
  const root = await folder({
    '.sage/runs/1/journal.jsonl': finished('API-1', 600) + finished('API-2', 5, 'failed') + '{"torn',
    '.sage/runs/2/journal.jsonl': finished('API-2', 600) + finished('GONE-1', 600),
    '.sage/runs/3/journal.jsonl': 'no journal\nat all\n',
  });
  const model = await learnFromHistory(root, tickets);
  // The ticket that has left the index counts, too.
  expect(model.samples).toBe(3);
  expect(model.predict(knownBefore(tickets.get('API-1')!))?.minutes).toBeCloseTo(10);
});

test('a ticket that has left the index counts for the type and component that it had', async () => {
  const started = (ticket: string, type: string, component: string): string =>
    JSON.stringify({ v: 1, event: 'attempt.started', ticket, type, component }) + '\n';
  const gone = Array.from(
    { length: 20 },
    (_, nth) =>
      started(`OLD-${nth}`, 'task', 'API') +
      finished(`OLD-${nth}`, 6000) +
      started(`PAST-${nth}`, 'task', 'WEB') +
      finished(`PAST-${nth}`, 60),
  );
  const model = await learnFromHistory(
    await folder({ '.sage/runs/1/journal.jsonl': gone.join('') }),
    tickets,
  );
  expect(model.predict(knownBefore(tickets.get('API-1')!))).toMatchObject({ samples: 20 });
  expect(model.predict(knownBefore(tickets.get('API-1')!))?.minutes).toBeGreaterThan(50);
  expect(model.predict(knownBefore(tickets.get('WEB-1')!))?.minutes).toBeLessThan(2);
});

test('takes the velocity log for what no journal has', async () => {
  const root = await folder({
    '.sage/runs/1/journal.jsonl': finished('API-1', 600),
    '.sage/stream-velocity.log':
      '2026-01-01T00:00:00Z 99.00 API-1\n2026-01-01T00:00:00Z 10.00 "API 3"\nnot a line\n2026-01-01T00:00:00Z 10 WEB-1\n',
  });
  const model = await learnFromHistory(root, tickets);
  expect(model.samples).toBe(3);
  expect(model.predict(knownBefore(tickets.get('WEB-1')!))?.minutes).toBeCloseTo(10);
});

test('estimates are measured by what tickets without one have taken', async () => {
  const [first, ...others] = [...tickets.values()];
  const estimated = new Map([...tickets, [first!.id, { ...first!, estimatedMinutes: 480 }]]);
  const root = await folder({
    '.sage/runs/1/journal.jsonl': others
      .map(({ id }) => finished(id, 600))
      .join('')
      .repeat(10),
  });
  const model = await learnFromHistory(root, estimated);
  expect(model.predict(knownBefore(estimated.get(first!.id)!))?.minutes).toBeLessThan(12);
});

test('without history knows nothing', async () => {
  expect((await learnFromHistory(await folder({}), tickets)).samples).toBe(0);
});
