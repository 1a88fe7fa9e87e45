import type { RunFact } from '@sage/journal';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BacklogEdits } from '../../src/live/backlog-edits.ts';
import type { LiveInput } from '../../src/live/live-inputs.ts';
import type { Scheduling } from '../../src/scheduling/scheduling.ts';
import { schedulerTickets } from '../../src/backlog/backlog.ts';
import { type Loop, type LoopOptions, startLoop } from './loop.ts';

const OUTCOMES = ['completed', 'completed', 'completed', 'failed', 'deferred', 'rate-limited'] as const;
const VERDICTS = ['landed', 'landed', 'landed', 'conflicted', 'rejected'] as const;

/** Something that happens to a run from outside, this many seconds after the last thing. */
type Act =
  | { readonly kind: 'wait' }
  | { readonly kind: 'pause' | 'resume' | 'stop' }
  | { readonly kind: 'workers'; readonly count: number }
  | { readonly kind: 'defer' | 'reopen' | 'remove'; readonly ticket: number };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.constantFrom<Act>({ kind: 'wait' }, { kind: 'pause' }, { kind: 'resume' }, { kind: 'stop' }),
  fc.record({ kind: fc.constant('workers' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    kind: fc.constantFrom('defer' as const, 'reopen' as const, 'remove' as const),
    ticket: fc.nat(5),
  }),
);

const history = fc.record({
  /** For each ticket the earlier ones that it depends on. */
  edges: fc.array(fc.array(fc.nat(4), { maxLength: 2 }), { minLength: 2, maxLength: 6 }),
  workers: fc.integer({ min: 1, max: 3 }),
  attempts: fc.array(
    fc.record({ outcome: fc.constantFrom(...OUTCOMES), seconds: fc.integer({ min: 0, max: 90 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
  landings: fc.array(
    fc.record({ state: fc.constantFrom(...VERDICTS), seconds: fc.integer({ min: 0, max: 60 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
  acts: fc.array(fc.tuple(fc.integer({ min: 0, max: 120 }), act), { maxLength: 8 }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function optionsOf({ edges, workers, attempts, landings }: History): LoopOptions {
  let started = 0;
  return {
    workers,
    tickets: edges.map((earlier, nth) => ({
      id: `A-${nth}`,
      dependencies: [...new Set(earlier.filter((one) => one < nth))].map((one) => `A-${one}`),
    })),
    // An account that turns every agent away is waited for, for ever: here it recovers.
    script: () => attempts[started++] ?? { outcome: 'completed' },
    verdict: (_, nth) => landings[nth % landings.length]!,
  };
}

/** A scheduling as the live inputs need it, on the fakes. */
function edits(loop: Omit<Loop, 'end' | 'finish'>): BacklogEdits {
  const { context } = loop;
  const scheduling = {
    scheduler: context.scheduler,
    revise: ({ backlog, selection }: Parameters<Scheduling['revise']>[0]) =>
      context.scheduler.revised(
        schedulerTickets(backlog, ({ id, state }) =>
          loop.log.state.completed.has(id)
            ? 'COMPLETED'
            : loop.log.state.deferred.has(id)
              ? 'DEFERRED'
              : state,
        ),
        selection,
      ),
  } as unknown as Scheduling;
  return new BacklogEdits(context, scheduling, {});
}

/** What a person asks of the run, as the control file would: facts that the run journals when it looks. */
class Control implements LiveInput {
  readonly #asked: RunFact[] = [];
  log: Loop['log'] | undefined;

  ask(fact: RunFact): void {
    this.#asked.push(fact);
  }

  async hasChanged(): Promise<boolean> {
    return this.#asked.length > 0;
  }

  async take(): Promise<void> {
    for (const fact of this.#asked.splice(0)) await this.log?.emit(fact);
  }
}

interface RawTicket {
  id: string;
  state: string;
  dependencies: string[];
}

function happens({ source, stop }: Loop, control: Control, one: Act): void {
  switch (one.kind) {
    case 'wait':
      return;
    case 'pause':
      return control.ask({ event: 'run.paused' });
    case 'resume':
      return control.ask({ event: 'run.resumed' });
    case 'workers':
      return control.ask({ event: 'run.workers', workers: one.count });
    case 'stop':
      return stop();
    default: {
      const index = JSON.parse(source.text) as { tickets: RawTicket[] };
      const ticket = index.tickets.find(({ id }) => id === `A-${one.ticket}`);
      if (!ticket) return;
      if (one.kind === 'remove') {
        index.tickets.splice(index.tickets.indexOf(ticket), 1);
        for (const other of index.tickets)
          other.dependencies = other.dependencies.filter((id) => id !== ticket.id);
      } else ticket.state = one.kind === 'defer' ? 'DEFERRED' : 'UNPROCESSED';
      source.text = JSON.stringify(index);
    }
  }
}

/** P2: a ticket starts when its dependencies have landed, on a commit that contains them. */
function assertStarts({ log, queue, context }: Loop): void {
  const landed = new Map<string, string>();
  const wrong: string[] = [];
  for (const event of log.events) {
    if (event.event === 'ticket.completed') landed.set(event.ticket, event.commit);
    if (event.event !== 'attempt.started') continue;
    if (landed.has(event.ticket)) wrong.push(`${event.ticket} starts after it has landed`);
    const base = queue.commits.indexOf(event.base);
    for (const id of context.backlog.tickets.get(event.ticket)?.dependencies ?? []) {
      if (!landed.has(id)) wrong.push(`${event.ticket} starts before ${id} has landed`);
      else if (queue.commits.indexOf(landed.get(id)!) > base) wrong.push(`${event.base} lacks ${id}`);
    }
  }
  expect(wrong).toEqual([]);
}

/** P1 and P4: what is COMPLETED has landed, once; finished work has landed, or has an entry that says why not. */
async function assertLandings({ log, queue, source }: Loop): Promise<void> {
  const landings = queue.commits.filter((commit) => commit.startsWith('landing:'));
  const tickets = landings.map((commit) => commit.split(':')[1]!);
  expect(new Set(tickets).size, 'each ticket lands once').toBe(tickets.length);
  const states = Object.entries(source.states());
  const done = states.filter(([, state]) => state === 'COMPLETED').map(([id]) => id);
  expect(tickets, 'COMPLETED means landed').toEqual(expect.arrayContaining(done));
  expect(tickets).toEqual(expect.arrayContaining([...log.state.completed.keys()]));
  expect(queue.commits).toEqual(expect.arrayContaining([...log.state.completed.values()]));
  const entries = (await queue.list()).map(({ id }) => id);
  const enqueued = log.events.flatMap((event) => (event.event === 'queue.enqueued' ? [event.entry] : []));
  expect(entries, 'no entry is lost').toEqual(expect.arrayContaining(enqueued));
}

/** Each ticket's events in the journal have a possible order. */
function assertOrder({ log }: Loop): void {
  const open = new Set<string>();
  const wrong: string[] = [];
  for (const event of log.events) {
    if (event.event === 'run.started') open.clear();
    if (event.event === 'attempt.started') {
      if (open.has(event.ticket)) wrong.push(`${event.ticket} runs twice at the same time`);
      open.add(event.ticket);
    }
    if (event.event === 'attempt.finished' && !open.delete(event.ticket))
      wrong.push(`${event.ticket} ends without a start`);
    if ((event.event === 'queue.enqueued' || event.event === 'landing.landed') && open.has(event.ticket))
      wrong.push(`${event.ticket} lands while it runs`);
  }
  expect(wrong).toEqual([]);
  expect(log.events.at(-1)?.event).toBe('run.finished');
  expect(open.size).toBe(0);
}

async function live(drawn: History): Promise<{ loop: Loop; outcome: string }> {
  const control = new Control();
  const loop = await startLoop({
    ...optionsOf(drawn),
    inputs(one) {
      control.log = one.log;
      return [control, edits(one)];
    },
  });
  for (const [seconds, one] of drawn.acts) {
    await loop.clock.advance(seconds * 1_000);
    happens(loop, control, one);
  }
  happens(loop, control, { kind: 'resume' });
  return { loop, outcome: (await loop.finish()).outcome };
}

function assertAccounted({ log }: Loop): void {
  const { tickets, completed, deferred, blocked } = log.state;
  const lost = [...tickets].filter((id) => ![completed, deferred, blocked].some((known) => known.has(id)));
  expect(lost, 'every ticket of the run has an end').toEqual([]);
}

test('whatever happens to a run, the promises hold', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const { loop } = await live(drawn);
      assertOrder(loop);
      assertStarts(loop);
      await assertLandings(loop);
      expect(loop.workers.peak).toBeLessThanOrEqual(4);
    }),
    { numRuns: 100 },
  );
});

test('a run that was interrupted is completed by the next one: nothing lost, nothing twice', async () => {
  const interrupted = history.map((drawn) => ({
    ...drawn,
    acts: [...drawn.acts.slice(0, 4), [5, { kind: 'stop' }] satisfies [number, Act]],
  }));
  await fc.assert(
    fc.asyncProperty(interrupted, async (drawn) => {
      const { loop, outcome } = await live(drawn);
      fc.pre(outcome === 'interrupted');
      const again = await startLoop({ ...optionsOf(drawn), resumes: loop });
      expect((await again.finish()).outcome).toBe('finished');
      assertOrder(again);
      await assertLandings(again);
      assertAccounted(again);
    }),
    { numRuns: 60 },
  );
});
