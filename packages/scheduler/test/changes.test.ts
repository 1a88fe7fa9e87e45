import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { LimitError, TransitionError, UnknownDependencyError } from '../src/errors.ts';
import { rankTickets } from '../src/priority.ts';
import { exponentialPause } from '../src/retry.ts';
import { createScheduler } from '../src/scheduler.ts';
import { backlogs, conflict } from './arbitrary-backlogs.ts';
import { take, ticket } from './take.ts';

test('a failed ticket: pauses on the clock given, longer each time', () => {
  let now = 100;
  const retry = { now: () => now, pause: exponentialPause(10, 25) };
  const scheduler = createScheduler([ticket('A'), ticket('B')], { retry });
  const dues: (number | undefined)[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    expect(take(scheduler)).toBe('A');
    scheduler.failed('A');
    dues.push(scheduler.nextDue());
    now = scheduler.nextDue()! - 1;
    expect(scheduler.next()).toBe('B');
    now++;
  }
  expect(dues).toEqual([110, 130, 155]);
  expect(scheduler.remaining).toBe(2);
  expect(take(scheduler)).toBe('A');
  expect(scheduler.nextDue()).toBeUndefined();
});

test('a failed ticket: is ready again at once without a clock', () => {
  const scheduler = createScheduler([ticket('A')]);
  take(scheduler);
  scheduler.failed('A');
  expect(take(scheduler)).toBe('A');
});

test('a failed ticket: frees its files, and does not come back when it was deferred meanwhile', () => {
  let now = 0;
  const retry = { now: () => now, pause: () => 5 };
  const scheduler = createScheduler([ticket('A', [], { files: ['x'] }), ticket('B', [], { files: ['x'] })], {
    retry,
  });
  take(scheduler);
  scheduler.failed('A');
  expect(take(scheduler)).toBe('B');
  scheduler.deferred('A');
  now = 10;
  scheduler.completed('B');
  expect(scheduler.nextDue()).toBeUndefined();
  expect(scheduler.next()).toBeUndefined();
  expect(() => scheduler.failed('A')).toThrow(TransitionError);
});

test('a cancelled ticket: is not given out, and blocks what waits for it', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B', ['A']), ticket('C')]);
  scheduler.cancelled('A');
  expect(scheduler.next()).toBe('C');
  expect(scheduler.blocked()).toEqual([{ id: 'B', by: ['A'] }]);
  take(scheduler);
  scheduler.cancelled('C');
  expect(scheduler).toMatchObject({ ready: 0, running: 0, remaining: 1 });
  expect(() => scheduler.cancelled('C')).toThrow(TransitionError);
});

test('added tickets: take their place by rank, and what waits for finished and running ones is seen', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B')]);
  take(scheduler);
  take(scheduler);
  scheduler.completed('A');
  expect(
    scheduler.added([
      ticket('C', ['A']),
      ticket('D', ['B'], { priority: 'P0' }),
      ticket('E', ['C'], { priority: 'P0' }),
      ticket('F', ['A']),
      ticket('G', ['A'], { container: true }),
    ]),
  ).toEqual(['G']);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['C', 'F', undefined]);
  scheduler.completed('B');
  expect(take(scheduler)).toBe('D');
  expect(scheduler.initiallyCompleted()).toEqual([]);
});

test('added tickets: make an older ticket more urgent', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B')]);
  scheduler.added([ticket('C', ['B'], { priority: 'P0' })]);
  expect(scheduler.next()).toBe('B');
});

test('added tickets: belong to the selection', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B')], { only: new Set(['A']) });
  scheduler.added([ticket('C')]);
  scheduler.added([ticket('D')]);
  expect([take(scheduler), take(scheduler), take(scheduler), take(scheduler)]).toEqual([
    'A',
    'C',
    'D',
    undefined,
  ]);
});

test('added tickets: change nothing where they are refused', () => {
  const scheduler = createScheduler([ticket('A'), ticket('Z', [], { state: 'COMPLETED' })]);
  expect(() => scheduler.added([ticket('B', ['X'])])).toThrow(UnknownDependencyError);
  expect(() => scheduler.added([ticket('B', ['C']), ticket('C', ['B'])])).toThrow('Circular');
  expect(() => scheduler.added([ticket('A')])).toThrow(expect.objectContaining({ ids: ['A'] }));
  expect(() => scheduler.added([ticket('Z')])).toThrow(expect.objectContaining({ ids: ['Z'] }));
  expect([take(scheduler), take(scheduler)]).toEqual(['A', undefined]);
});

test('revised tickets: what has not started is given out as it is now; what runs and what is completed stays', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B'), ticket('C', ['B']), ticket('D'), ticket('E')]);
  expect([take(scheduler), take(scheduler)]).toEqual(['B', 'A']);
  scheduler.completed('A');
  scheduler.revised([
    ticket('A', ['X'], { state: 'UNPROCESSED' }),
    ticket('B', ['X']),
    ticket('C'),
    ticket('D', [], { state: 'DEFERRED' }),
    ticket('F', ['D']),
    ticket('X', ['A']),
  ]);
  expect(scheduler.isRunning('B')).toBe(true);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['C', 'X', undefined]);
  expect(scheduler.blocked()).toEqual([{ id: 'F', by: ['D'] }]);
  // A version that has come while it ran counts when it is given again.
  scheduler.released('B');
  scheduler.revised([ticket('A'), ticket('B', ['X']), ticket('C'), ticket('X', ['A'])]);
  expect(scheduler.next()).toBeUndefined();
  scheduler.completed('X');
  expect(scheduler.next()).toBe('B');
});

test('revised tickets: a pause goes on, unless there is something new to wait for', () => {
  let now = 0;
  const retry = { now: () => now, pause: () => 5 };
  const scheduler = createScheduler([ticket('A'), ticket('B')], { retry });
  for (const id of [take(scheduler)!, take(scheduler)!]) scheduler.failed(id);
  scheduler.revised([ticket('A'), ticket('B', ['C']), ticket('C')]);
  expect(take(scheduler)).toBe('C');
  expect(scheduler.nextDue()).toBe(5);
  now = 5;
  expect([take(scheduler), take(scheduler)]).toEqual(['A', undefined]);
  scheduler.completed('C');
  expect(take(scheduler)).toBe('B');
});

test('revised tickets: change nothing where they are refused', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B', ['A'])]);
  expect(() => scheduler.revised([ticket('A', ['B']), ticket('B', ['A'])])).toThrow('Circular');
  expect(() => scheduler.revised([ticket('A', ['X'])])).toThrow(UnknownDependencyError);
  expect([take(scheduler), take(scheduler)]).toEqual(['A', undefined]);
  scheduler.completed('A');
  expect(take(scheduler)).toBe('B');
});

test('revised tickets: whatever is revised, only what waits for nothing open starts', () => {
  const one = fc.record({ waits: fc.nat(255), state: fc.constantFrom('UNPROCESSED', 'DEFERRED', 'GONE') });
  const version = fc.array(one, { minLength: 2, maxLength: 5 }).map((drawn) => {
    const there = drawn.map(({ state, waits }, nth) => ({ state, waits, nth }));
    const kept = there.filter(({ state }) => state !== 'GONE');
    return kept.map(({ state, waits, nth }) => {
      const before = kept.filter((other) => other.nth < nth && waits & (1 << other.nth));
      const dependencies = before.map((other) => `T${other.nth}`);
      return ticket(`T${nth}`, dependencies, { state });
    });
  });
  const start = fc.constant('start' as const);
  const move = fc.oneof(
    start,
    start,
    fc.constantFrom('completed', 'released', 'failed', 'wait'),
    version.map((tickets) => ({ tickets })),
  );
  fc.assert(
    fc.property(version, fc.array(move, { maxLength: 40 }), (first, moves) => {
      let now = 0;
      const known = new Map(first.map((each) => [each.id, each]));
      const scheduler = createScheduler(first, { retry: { now: () => now, pause: () => 1 } });
      const running: string[] = [];
      const done = new Set<string>();
      const wrong: string[] = [];
      for (const next of moves) {
        if (next === 'wait') now++;
        else if (next === 'start') {
          const id = take(scheduler);
          if (id === undefined) continue;
          const { dependencies, state } = known.get(id)!;
          const open = dependencies.some((other) => !done.has(other));
          if (open || state !== 'UNPROCESSED' || done.has(id)) wrong.push(id);
          running.push(id);
        } else if (typeof next === 'object') {
          scheduler.revised(next.tickets);
          for (const old of known.keys()) if (!running.includes(old)) known.delete(old);
          for (const each of next.tickets) if (!running.includes(each.id)) known.set(each.id, each);
        } else if (running.length > 0) {
          const id = running.shift()!;
          scheduler[next](id);
          if (next === 'completed') done.add(id);
        }
      }
      expect(wrong).toEqual([]);
      expect(scheduler.running).toBe(running.length);
    }),
    { numRuns: 2000 },
  );
});

test('limits of components: no more of a component than its limit', () => {
  const tickets = ['A1', 'A2', 'A3', 'B1'].map((id) => ticket(id, [], { component: id[0] }));
  const scheduler = createScheduler(tickets, { limits: new Map([['A', 2]]) });
  expect([take(scheduler), take(scheduler), take(scheduler), take(scheduler)]).toEqual([
    'A1',
    'A2',
    'B1',
    undefined,
  ]);
  scheduler.completed('A2');
  expect(take(scheduler)).toBe('A3');
  expect(() => createScheduler([], { limits: new Map([['A', 0]]) })).toThrow(LimitError);
  expect(() => createScheduler([], { patience: 0.5 })).toThrow(LimitError);
});

test('any backlog with limits, failures and additions: gives out the best ticket that the rules allow, at every step', () => {
  const moves = fc.array(fc.constantFrom('completed', 'completed', 'failed', 'cancelled', 'add'), {
    maxLength: 60,
  });
  const limit = fc.integer({ min: 1, max: 2 });
  fc.assert(
    fc.property(backlogs, moves, limit, fc.integer({ min: 1, max: 4 }), (drawn, steps, most, workers) => {
      const component = (nth: number): string => (nth % 3 === 0 ? 'L' : 'M');
      const all = drawn.map((one, nth) => ({
        ...one,
        state: one.state === 'DEFERRED' ? undefined : one.state,
        component: component(nth),
      }));
      const half = Math.ceil(all.length / 2);
      const known: SchedulerTicket[] = all.slice(0, half);
      const later = all.slice(half);
      let now = 0;
      const retry = { now: () => now, pause: () => 3 };
      const scheduler = createScheduler(known, { limits: new Map([['L', most]]), retry });
      const done = new Set(known.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
      for (const id of scheduler.initiallyCompleted()) done.add(id);
      const gone = new Set<string>();
      const rank = () =>
        rankTickets(known.map((one) => (done.has(one.id) ? { ...one, state: 'COMPLETED' } : one)));
      let ranked = rankTickets(known);
      const heldUntil = new Map<string, number>();
      const running: string[] = [];
      const byId = (id: string): SchedulerTicket => known.find((one) => one.id === id)!;
      for (let step = 0; ; step++) {
        for (;;) {
          const best = ranked.find(({ id }) => {
            const { container, dependencies, component: own } = byId(id);
            if (container || done.has(id) || gone.has(id) || running.includes(id)) return false;
            if ((heldUntil.get(id) ?? 0) > now || !dependencies.every((to) => done.has(to))) return false;
            if (running.some((other) => conflict(byId(id), byId(other)))) return false;
            return own !== 'L' || running.filter((other) => byId(other).component === 'L').length < most;
          });
          const id = scheduler.next();
          expect(id).toBe(best?.id);
          // Whoever asks has a free worker.
          if (id === undefined || running.length === workers) break;
          scheduler.started(id);
          running.push(id);
        }
        now++;
        const move = steps[step] ?? 'completed';
        if (move === 'add' && later.length > 0) {
          const more = later.splice(0, 2);
          known.push(...more);
          for (const { id, state } of more) if (state === 'COMPLETED') done.add(id);
          ranked = rank();
          for (const id of scheduler.added(more)) done.add(id);
          continue;
        }
        const id = running.shift();
        if (id === undefined) {
          const due = scheduler.nextDue();
          if (due === undefined) break;
          now = due;
        } else if (move === 'failed') {
          heldUntil.set(id, now + 3);
          scheduler.failed(id);
        } else if (move === 'cancelled') {
          gone.add(id);
          scheduler.cancelled(id);
        } else {
          done.add(id);
          for (const container of scheduler.completed(id)) done.add(container);
        }
      }
      expect(scheduler).toMatchObject({ ready: 0, running: 0 });
    }),
    { numRuns: 400 },
  );
});
