import { parseTicketIndex } from '@sage/tickets';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Backlog, checkBacklog } from '../../src/backlog/backlog.ts';
import { editBacklog, type RunFacts } from '../../src/backlog/backlog-edit.ts';

interface Input {
  id: string;
  state?: string;
  dependencies?: string[];
  [field: string]: unknown;
}

const read = (tickets: readonly Input[]) => {
  const full = tickets.map((ticket) => ({ state: 'UNPROCESSED', ...ticket }));
  return {
    file: 'index.json',
    tickets: parseTicketIndex(JSON.stringify({ tickets: full }), 'index.json').tickets,
  };
};
const backlogOf = (tickets: readonly Input[]): Backlog => checkBacklog('index.json', read(tickets).tickets);

/** The edit of a run of all `before`, with these numbers of running, completed and deferred tickets. */
function edit(
  before: readonly Input[],
  after: readonly Input[],
  {
    running = [],
    completed = [],
    deferred = [],
    ...more
  }: Partial<Record<'running' | 'completed' | 'deferred', string[]>> & Partial<RunFacts> = {},
) {
  const backlog = backlogOf(before);
  const open = [...backlog.tickets.values()].filter(
    ({ state }) => state !== 'DEFERRED' && state !== 'COMPLETED',
  );
  return editBacklog(backlog, read(after), {
    selection: new Set(open.map(({ id }) => id)),
    isRunning: (id) => running.includes(id),
    state: {
      completed: new Map(completed.map((id) => [id, 'commit'])),
      deferred: new Map(
        deferred.map((id) => [id, { category: 'agent_failed', reason: '', attempts: 1, at: '' }]),
      ),
    },
    ...more,
  });
}

const NOTHING = { added: [], withdrawn: [], changed: [], postponed: [] };

test('new tickets join, and so do those that are no longer DEFERRED', () => {
  const { backlog, ...others } = edit(
    [{ id: 'A-1' }, { id: 'A-2', state: 'DEFERRED' }],
    [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3', dependencies: ['A-1'] }, { id: 'A-4', state: 'DEFERRED' }],
  );
  expect(others).toMatchObject({ added: ['A-2', 'A-3'], withdrawn: [], postponed: [] });
  expect([...others.selection]).toEqual(['A-1', 'A-2', 'A-3']);
  expect(backlog.graph.dependenciesOf('A-3')).toEqual(['A-1']);
});

test('any field that landings do not write is an edit, whether it came, went or changed', () => {
  const changed = (one: object, other: object) =>
    edit([{ id: 'A-1', ...one }], [{ id: 'A-1', ...other }]).changed.length === 1;
  expect(changed({}, { constructor: 'x' })).toBe(true);
  expect(changed({ notes: 'x' }, {})).toBe(true);
  expect(changed({ tasks: [{ id: 1 }] }, { tasks: [{ id: 2 }] })).toBe(true);
  expect(changed({ tasks: [{ id: 1 }] }, { tasks: [{ id: 1 }] })).toBe(false);
});

test('--component takes its own, --only nothing new', () => {
  const after = [{ id: 'A-1' }, { id: 'A-2' }, { id: 'B-1' }];
  expect(edit([{ id: 'A-1' }], after, { component: 'A' }).added).toEqual(['A-2']);
  expect(edit([{ id: 'A-1' }], after, { only: ['A-1', 'A-2'] }).added).toEqual([]);
});

test('what is DEFERRED, COMPLETED or gone leaves the run, unless it runs', () => {
  const before = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5'].map((id) => ({ id }));
  const after = [
    { id: 'A-1', state: 'DEFERRED' },
    { id: 'A-2', state: 'COMPLETED' },
    { id: 'A-4', state: 'DEFERRED' },
  ];
  const { backlog, selection, ...others } = edit(before, after, { running: ['A-4', 'A-5'] });
  expect(others).toMatchObject({ added: [], withdrawn: ['A-1', 'A-2', 'A-3'], postponed: ['A-4', 'A-5'] });
  expect([...selection]).toEqual(['A-4', 'A-5']);
  expect([...backlog.tickets.values()].map(({ id, state }) => [id, state])).toEqual([
    ['A-1', 'DEFERRED'],
    ['A-2', 'COMPLETED'],
    ['A-4', 'UNPROCESSED'],
    ['A-5', 'UNPROCESSED'],
  ]);
});

test('what landings write is no edit', () => {
  const before = [{ id: 'A-1', git: {} }, { id: 'A-2' }, { id: 'E', children: ['A-1'] }, { id: 'A-3' }];
  const after = [
    { id: 'A-1', state: 'COMPLETED', git: { commits: ['c'] }, state_history: [{ state: 'COMPLETED' }] },
    { id: 'A-2', state: 'DEFERRED', defer_reason: {} },
    { id: 'E', children: ['A-1'], state: 'COMPLETED' },
    { id: 'A-3', state: 'IN_PROGRESS' },
  ];
  expect(edit(before, after, { completed: ['A-1', 'E'], deferred: ['A-2'] })).toMatchObject(NOTHING);
  // Landed, and not told yet.
  expect(edit(before, after, { running: ['A-1'], deferred: ['A-2'] })).toMatchObject(NOTHING);
});

test('what the run has completed or deferred stays so, whatever an old version says', () => {
  const before = [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3', state: 'COMPLETED' }, { id: 'A-4' }];
  const facts = { completed: ['A-1'], deferred: ['A-2'] };
  expect(edit(before, [{ id: 'A-1' }, { id: 'A-2' }, { id: 'A-3' }, { id: 'A-4' }], facts)).toMatchObject(
    NOTHING,
  );
  const { backlog, added } = edit(before, [{ id: 'A-4', title: 'new' }, { id: 'A-3' }], facts);
  expect(added).toEqual([]);
  expect(backlog.tickets.get('A-1')?.state).toBe('COMPLETED');
  expect(backlog.tickets.get('A-2')?.state).toBe('DEFERRED');
  expect(backlog.tickets.get('A-3')?.state).toBe('COMPLETED');
  expect(backlog.tickets.get('A-4')?.title).toBe('new');
});

test('a ticket that runs keeps its words and dependencies', () => {
  const before = [{ id: 'A-1' }, { id: 'A-2' }];
  const after = [
    { id: 'A-1', title: 'new', dependencies: ['A-2'] },
    { id: 'A-2', title: 'new' },
  ];
  const { backlog, changed, postponed } = edit(before, after, { running: ['A-1'] });
  expect({ changed, postponed }).toEqual({ changed: ['A-2'], postponed: ['A-1'] });
  expect(backlog.tickets.get('A-1')).toMatchObject({ title: 'A-1', dependencies: [] });
  expect(backlog.tickets.get('A-2')?.title).toBe('new');
});

test.for([
  [
    'a cycle',
    [
      { id: 'A-1', dependencies: ['A-2'] },
      { id: 'A-2', dependencies: ['A-1'] },
    ],
    'circular',
  ],
  ['an unknown dependency', [{ id: 'A-1' }, { id: 'A-2', dependencies: ['X'] }], 'not in the index'],
  ['one that others wait for is gone', [{ id: 'A-2', dependencies: ['A-1'] }], 'not in the index'],
] as const)('%s is refused', ([, after, message]) => {
  const before = [{ id: 'A-1' }, { id: 'A-2', dependencies: ['A-1'] }];
  expect(() => edit(before, after as unknown as Input[])).toThrow(message);
  expect(() => edit(before, after as unknown as Input[], { running: ['A-1', 'A-2'] })).toThrow(message);
});

test('whatever is edited, what runs waits for nothing open, and what is over stays over', () => {
  const state = fc.constantFrom('UNPROCESSED', 'IN_PROGRESS', 'DEFERRED', 'COMPLETED');
  const index = fc.array(fc.record({ state, waits: fc.nat(63), there: fc.boolean() }), {
    minLength: 6,
    maxLength: 6,
  });
  const list = (drawn: { state: string; waits: number; there: boolean }[]): Input[] =>
    drawn.flatMap(({ state: own, waits, there }, nth) => {
      const dependencies = drawn.flatMap((other, to) =>
        to < nth && other.there && waits & (1 << to) ? [`T-${to}`] : [],
      );
      return there ? [{ id: `T-${nth}`, state: own, dependencies }] : [];
    });
  fc.assert(
    fc.property(
      index,
      index,
      fc.array(fc.constantFrom('running', 'completed', 'deferred', ''), { minLength: 6, maxLength: 6 }),
      (one, other, fates) => {
        const before = list(one);
        const known = new Map(before.map((ticket) => [ticket.id, ticket]));
        const fate = new Map<string, string>();
        // Only what waits for nothing open has ever started.
        for (const { id, state: own, dependencies = [] } of before) {
          const isDone = (to: string) => fate.get(to) === 'completed' || known.get(to)?.state === 'COMPLETED';
          const open = own === 'UNPROCESSED' || own === 'IN_PROGRESS';
          if (open && dependencies.every(isDone)) fate.set(id, fates[Number(id.slice(2))]!);
        }
        const those = (wanted: string) => [...fate].filter(([, own]) => own === wanted).map(([id]) => id);
        const facts = {
          running: those('running'),
          completed: those('completed'),
          deferred: those('deferred'),
        };
        const { backlog } = edit(before, list(other), facts);
        const stateOf = (id: string) => backlog.tickets.get(id)?.state;
        const all = before.filter((ticket) => ticket.state === 'COMPLETED').map(({ id }) => id);
        const wrong = [
          ...facts.running.filter(
            (id) =>
              !backlog.graph.dependenciesOf(id).every((to) => [...facts.completed, ...all].includes(to)),
          ),
          ...all.filter((id) => backlog.tickets.has(id) && stateOf(id) !== 'COMPLETED'),
          ...facts.running.filter((id) => !backlog.tickets.has(id)),
        ];
        expect(wrong).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});
