import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BacklogEdits } from '../../src/live/backlog-edits.ts';
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
  fc.record({ kind: fc.constantFrom('defer' as const, 'reopen' as const, 'remove' as const), ticket: fc.nat(5) }),
);

const history = fc.record({
  /** For each ticket the earlier ones that it depends on. */
  edges: fc.array(fc.array(fc.nat(4), { maxLength: 2 }), { minLength: 2, maxLength: 6 }),
  workers: fc.integer({ min: 1, max: 3 }),
  attempts: fc.array(fc.record({ outcome: fc.constantFrom(...OUTCOMES), seconds: fc.integer({ min: 0, max: 90 }) }), {
    minLength: 1,
    maxLength: 12,
  }),
  landings: fc.array(fc.record({ state: fc.constantFrom(...VERDICTS), seconds: fc.integer({ min: 0, max: 60 }) }), {
    minLength: 1,
    maxLength: 12,
  }),
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
          loop.log.state.completed.has(id) ? 'COMPLETED' : loop.log.state.deferred.has(id) ? 'DEFERRED' : state,
        ),
        selection,
      ),
  } as unknown as Scheduling;
  return new BacklogEdits(context, scheduling, {});
}

async function happens({ source, log, stop }: Loop, one: Act): Promise<void> {
  if (log.events.at(-1)?.event === 'run.finished') return;
  switch (one.kind) {
    case 'wait':
      return;
    case 'pause':
      return log.emit({ event: 'run.paused' });
    case 'resume':
      return log.emit({ event: 'run.resumed' });
    case 'workers':
      return log.emit({ event: 'run.workers', workers: one.count });
    case 'stop':
      return stop();
    default: {
      const index = JSON.parse(source.text) as { tickets: { id: string; state: string }[] };
      const ticket = index.tickets.find(({ id }) => id === `A-${one.ticket}`);
      if (!ticket) return;
      if (one.kind === 'remove') index.tickets.splice(index.tickets.indexOf(ticket), 1);
      else ticket.state = one.kind === 'defer' ? 'DEFERRED' : 'UNPROCESSED';
      source.text = JSON.stringify(index);
    }
  }
}

/** P2: a ticket starts when its dependencies have landed, on a commit that contains them. */
function assertStarts({ log, queue, context }: Loop): void {
  const landed = new Map<string, string>();
  for (const event of log.events) {
    if (event.event === 'ticket.completed') landed.set(event.ticket, event.commit);
    if (event.event !== 'attempt.started') continue;
    expect(landed.has(event.ticket), `${event.ticket} starts after it has landed`).toBe(false);
    const base = queue.commits.indexOf(event.base);
    for (const id of context.backlog.tickets.get(event.ticket)?.dependencies ?? []) {
      const commit = landed.get(id);
      // A dependency that an edit added while the ticket ran, or that was done before the run, has no landing yet.
      if (commit !== undefined) expect(queue.commits.indexOf(commit)).toBeLessThanOrEqual(base);
    }
  }
}

/** P1 and P4: what is COMPLETED has landed, once; finished work has landed, waits in the queue, or is kept. */
async function assertLandings({ log, queue, source }: Loop): Promise<void> {
  const landings = queue.commits.filter((commit) => commit.startsWith('landing:'));
  const tickets = landings.map((commit) => commit.split(':')[1]);
  expect(new Set(tickets).size, 'each ticket lands once').toBe(tickets.length);
  for (const [id, state] of Object.entries(source.states()))
    if (state === 'COMPLETED') expect(tickets).toContain(id);
  for (const [id, commit] of log.state.completed) {
    expect(queue.commits).toContain(commit);
    expect(tickets).toContain(id);
  }
  const finished = log.events.filter((event) => event.event === 'queue.enqueued');
  const entries = new Map((await queue.list()).map((entry) => [entry.id, entry]));
  for (const { entry } of finished) expect(entries.has(entry)).toBe(true);
}

/** The journal tells each ticket's story in an order that can be. */
function assertOrder({ log }: Loop): void {
  const open = new Set<string>();
  for (const event of log.events) {
    if (event.event === 'run.started') open.clear();
    if (event.event === 'attempt.started') {
      expect(open.has(event.ticket), `${event.ticket} runs twice at the same time`).toBe(false);
      open.add(event.ticket);
    }
    if (event.event === 'attempt.finished') expect(open.delete(event.ticket)).toBe(true);
    if (event.event === 'queue.enqueued' || event.event === 'landing.landed')
      expect(open.has(event.ticket), `${event.ticket} lands while it runs`).toBe(false);
  }
  expect(log.events.at(-1)?.event).toBe('run.finished');
  expect(open.size).toBe(0);
}

test('whatever happens to a run, and to the one that resumes it, the promises hold', async () => {
  await fc.assert(
    fc.asyncProperty(history, async (drawn) => {
      const options = optionsOf(drawn);
      const loop = await startLoop({ ...options, inputs: (one) => [edits(one)] });
      for (const [seconds, one] of drawn.acts) {
        await loop.clock.advance(seconds * 1_000);
        await happens(loop, one);
      }
      await happens(loop, { kind: 'resume' });
      const end = await loop.finish();
      assertOrder(loop);
      assertStarts(loop);
      await assertLandings(loop);
      expect(loop.workers.peak).toBeLessThanOrEqual(4);
      if (end.outcome !== 'interrupted') return;

      const again = await startLoop({ ...options, resumes: loop });
      expect((await again.finish()).outcome).toBe('finished');
      assertOrder(again);
      await assertLandings(again);
      const { tickets, completed, deferred, blocked } = again.log.state;
      for (const id of tickets)
        expect([completed, deferred, blocked].some((known) => known.has(id)), `${id} is accounted for`).toBe(true);
    }),
    { numRuns: 100, timeout: 3000 },
  );
});
