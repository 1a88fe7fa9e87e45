import { openRepository } from '@sage/git';
import { repository, type TestRepository } from '@sage/test-support/repository';
import { parseTicketIndex, type Ticket } from '@sage/tickets';
import { expect, test } from 'vitest';
import { gatherEvidence } from '../../src/conflicts/evidence.ts';
import { explainTicket } from '../../src/forecast/explain.ts';
import { type Evidence, likelyFiles } from '../../src/conflicts/likely-files.ts';
import { planStream } from '../../src/forecast/plan.ts';

const ticketsOf = (raw: readonly object[]): Map<string, Ticket> => {
  const text = JSON.stringify({
    tickets: raw.map((one) => ({ state: 'UNPROCESSED', type: 'feature', ...one })),
  });
  return new Map(parseTicketIndex(text, 'index.json').tickets.map((ticket) => [ticket.id, ticket]));
};
const evidence = (tickets: ReadonlyMap<string, Ticket>, more: Partial<Evidence> = {}): Evidence => ({
  tickets,
  paths: new Set(['src/a.ts', 'src/b.ts', 'docs/spec.md', 'Makefile', '.sage/tickets/index.json']),
  documents: new Map(),
  landed: [],
  ...more,
});

test('likelyFiles: declared files are certain, those that the text names even chances, if they exist', () => {
  const tickets = ticketsOf([
    {
      id: 'A-1',
      files: ['src/new.ts'],
      description: 'In `src/a.ts:12`, ./src/b.ts. Not src/c.ts, nor .sage/tickets/index.json.',
      acceptanceCriteria: ['the Makefile builds it'],
      tasks: [{ description: 'see docs/spec.md' }],
    },
    { id: 'A-2' },
  ]);
  const files = likelyFiles(evidence(tickets));
  expect(files('A-1')).toEqual([
    { path: 'src/new.ts', chance: 1, source: 'declared' },
    { path: 'Makefile', chance: 0.5, source: 'text' },
    { path: 'docs/spec.md', chance: 0.5, source: 'text' },
    { path: 'src/a.ts', chance: 0.5, source: 'text' },
    { path: 'src/b.ts', chance: 0.5, source: 'text' },
  ]);
  expect(files('A-2')).toEqual([]);
  expect(files('unknown')).toEqual([]);
});

test('likelyFiles: no text takes longer than its length', () => {
  const colons = ':'.repeat(1_000_000);
  const tickets = ticketsOf([
    { id: 'A-1', description: `${colons}x ${':1'.repeat(500_000)}x src/a.ts${colons}` },
  ]);
  expect(likelyFiles(evidence(tickets))('A-1').map(({ path }) => path)).toEqual(['src/a.ts']);
});

test('likelyFiles: what a document names is shared out among the tickets that share it', () => {
  const tickets = ticketsOf([
    { id: 'A-1', docs: { spec: 'docs/spec.md', plan: 'docs/spec.md' } },
    { id: 'A-2', docs: { spec: 'docs/spec.md' } },
  ]);
  const documents = new Map([['docs/spec.md', 'Change src/a.ts, then (src/b.ts).']]);
  expect(likelyFiles(evidence(tickets, { documents }))('A-1')).toEqual([
    { path: 'src/a.ts', chance: 0.25, source: 'docs' },
    { path: 'src/b.ts', chance: 0.25, source: 'docs' },
  ]);
});

test('likelyFiles: what tickets of the same component changed counts, more so of the same type and with the same words', () => {
  const tickets = ticketsOf([
    { id: 'API-1', title: 'Rate limit of the gateway' },
    { id: 'API-2', title: 'Paging' },
    { id: 'API-3', type: 'bugfix', title: 'Leaks' },
    { id: 'API-4', title: 'Rate limit of the worker' },
    { id: 'WEB-1', title: 'Colours' },
  ]);
  const landed = [
    { id: 'API-1', files: ['src/limit.ts', '.sage/tickets/index.json'] },
    { id: 'API-2', files: ['src/page.ts'] },
    { id: 'API-3', files: ['src/leak.ts'] },
    { id: 'GONE-1', files: ['src/a.ts'] },
  ];
  const files = likelyFiles(evidence(tickets, { landed }));
  // Two of four words are the same (rate, limit, gateway, worker): 1.5, 1 and 0.5, and one more.
  expect(files('API-4')).toEqual([
    { path: 'src/limit.ts', chance: 1.5 / 4, source: 'history' },
    { path: 'src/page.ts', chance: 1 / 4, source: 'history' },
    { path: 'src/leak.ts', chance: 0.5 / 4, source: 'history' },
  ]);
  expect(files('WEB-1')).toEqual([]);
});

function repositoryOf(raw: readonly object[], files: Record<string, string> = {}): TestRepository {
  const index = { tickets: raw.map((one) => ({ state: 'UNPROCESSED', type: 'feature', ...one })) };
  return repository({ '.sage/tickets/index.json': JSON.stringify(index), ...files });
}

test('evidence is what the tip holds: paths, documents, and the files of landings, merged ones included', async () => {
  const raw = [{ id: 'A-1', docs: { spec: 'docs/spec ü.md', plan: 'docs/none.md', breakdown: 'docs' } }];
  const { root, git, commit } = repositoryOf(raw, { 'docs/spec ü.md': 'ü: src/a.ts\n', 'docs/b': '' });
  commit({ 'src/a.ts': '1', 'src/ö.ts': '1' }, 'one\n\nSage-Ticket: A-1');
  commit({ other: '1' }, 'Sage-Ticket: is no trailer here\n\nbut text');
  git('switch', '--quiet', '--create', 'side');
  commit({ 'src/c.ts': '1' }, 'in the branch');
  git('switch', '--quiet', 'main');
  git('merge', '--quiet', '--no-ff', '-m', 'merged\n\nSage-Ticket: B%0A;1\nSage-Ticket: B-2', 'side');
  const tip = git('rev-parse', 'HEAD');
  const found = await gatherEvidence(await openRepository(root), tip, ticketsOf(raw));
  expect(found.landed).toEqual([
    { id: 'B\n1', files: ['src/c.ts'] },
    { id: 'B-2', files: ['src/c.ts'] },
    { id: 'A-1', files: ['src/a.ts', 'src/ö.ts'] },
  ]);
  expect(found.documents).toEqual(new Map([['docs/spec ü.md', 'ü: src/a.ts\n']]));
  expect(found.paths.has('src/ö.ts')).toBe(true);
});

test('a plan and its explanation keep apart what probably conflicts', async () => {
  const minutes = (estimate: number) => ({ estimated_minutes: estimate });
  const raw = [
    { id: 'A-1', ...minutes(30), description: 'change src/a.ts' },
    { id: 'B-1', ...minutes(29), description: 'change src/a.ts, too' },
    { id: 'C-1', ...minutes(28) },
    { id: 'D-1', ...minutes(5), dependencies: ['A-1'], description: 'and src/a.ts' },
  ];
  const { root } = repositoryOf(raw, { 'src/a.ts': '' });
  const options = { directory: root, parallel: 2, maxAttempts: 2 };
  expect((await planStream(options)).batches).toEqual([
    ['A-1', 'C-1'],
    ['B-1', 'D-1'],
  ]);
  const explanation = await explainTicket({ ...options, ticket: 'B-1' });
  expect(explanation).toMatchObject({
    starts: { minutes: 28, because: 'predicted-conflict', ticket: 'A-1' },
    neverBeside: [],
    mayConflictWith: [
      { ticket: 'A-1', chance: 0.25, files: [{ path: 'src/a.ts', sources: ['text'] }] },
      { ticket: 'D-1', chance: 0.25 },
    ],
  });
  // It never runs beside what it waits for.
  const last = await explainTicket({ ...options, ticket: 'D-1' });
  expect(last.mayConflictWith.map(({ ticket }) => ticket)).toEqual(['B-1']);
});
