import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { TransitionError, UnknownDependencyError } from '../src/errors.ts';
import { rankTickets } from '../src/priority.ts';
import { createScheduler } from '../src/scheduler.ts';
import type { Scheduler, SchedulerOptions } from '../src/scheduler.ts';
import { backlogs, conflict } from './arbitrary-backlogs.ts';

const ticket = (
  id: string,
  dependencies: string[] = [],
  more: Partial<SchedulerTicket> = {},
): SchedulerTicket => ({
  id,
  dependencies,
  ...more,
});

function take(scheduler: Scheduler): string | undefined {
  const id = scheduler.next();
  if (id !== undefined) scheduler.started(id);
  return id;
}

test('createScheduler: gives a dependent out as soon as its last dependency is completed', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B'), ticket('C', ['A', 'B'])]);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['A', 'B', undefined]);
  expect(scheduler.completed('A')).toEqual([]);
  expect(scheduler.next()).toBeUndefined();
  scheduler.completed('B');
  expect(scheduler.next()).toBe('C');
});

test('createScheduler: asking does not start', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B')]);
  expect([scheduler.next(), scheduler.next()]).toEqual(['A', 'A']);
});

test('createScheduler: takes COMPLETED as done, IN_PROGRESS as to be done, and any other state as a block', () => {
  const scheduler = createScheduler([
    ticket('A', [], { state: 'COMPLETED' }),
    ticket('B', ['A'], { state: 'IN_PROGRESS' }),
    ticket('C', [], { state: 'DEFERRED' }),
    ticket('D', ['C'], { state: 'UNPROCESSED' }),
    ticket('E', [], { state: 'UNHEARD' }),
  ]);
  expect([take(scheduler), take(scheduler)]).toEqual(['B', undefined]);
  expect(scheduler.blocked()).toEqual([{ id: 'D', by: ['C'] }]);
});

test('createScheduler: gives a released ticket out again', () => {
  const scheduler = createScheduler([ticket('A'), ticket('B')]);
  take(scheduler);
  scheduler.released('A');
  expect(scheduler.next()).toBe('A');
});

test('createScheduler: reports what a deferral blocks, with the chain, and lets the rest go on', () => {
  const scheduler = createScheduler([
    ticket('A'),
    ticket('B', ['A']),
    ticket('C', ['B']),
    ticket('D', ['C', 'X']),
    ticket('X'),
  ]);
  take(scheduler);
  expect(scheduler.blocked()).toEqual([]);
  scheduler.deferred('A');
  expect(scheduler.blocked()).toEqual([
    { id: 'B', by: ['A'] },
    { id: 'C', by: ['B', 'A'] },
    { id: 'D', by: ['C', 'B', 'A'] },
  ]);
  expect(take(scheduler)).toBe('X');
  scheduler.completed('X');
  expect(scheduler.next()).toBeUndefined();
  expect(scheduler).toMatchObject({ ready: 0, running: 0, remaining: 3 });
});

test('createScheduler: counts', () => {
  const scheduler = createScheduler([
    ticket('A'),
    ticket('B'),
    ticket('C', ['A']),
    ticket('E', ['C'], { container: true }),
  ]);
  expect(scheduler).toMatchObject({ ready: 2, running: 0, remaining: 3 });
  take(scheduler);
  expect(scheduler).toMatchObject({ ready: 1, running: 1, remaining: 3 });
  scheduler.completed('A');
  expect(scheduler).toMatchObject({ ready: 2, running: 0, remaining: 2 });
  scheduler.deferred('B');
  expect(scheduler).toMatchObject({ ready: 1, running: 0, remaining: 1 });
});

test('createScheduler: completes containers by themselves, innermost first, and then lets their dependents go', () => {
  const scheduler = createScheduler([
    ticket('EPIC', ['STORY', 'B'], { container: true }),
    ticket('STORY', ['A'], { container: true }),
    ticket('A'),
    ticket('B'),
    ticket('AFTER', ['EPIC']),
  ]);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['A', 'B', undefined]);
  expect(scheduler.completed('B')).toEqual([]);
  expect(scheduler.completed('A')).toEqual(['STORY', 'EPIC']);
  expect(scheduler.next()).toBe('AFTER');
  expect(scheduler.initiallyCompleted()).toEqual([]);
});

test('createScheduler: completes a container at the start where nothing is left in it, and not where a child is deferred', () => {
  const scheduler = createScheduler([
    ticket('OUTER', ['INNER'], { container: true }),
    ticket('INNER', ['A'], { container: true }),
    ticket('A', [], { state: 'COMPLETED' }),
    ticket('B', [], { state: 'DEFERRED' }),
    ticket('OTHER', ['B'], { container: true }),
    ticket('DONE', ['B'], { container: true, state: 'COMPLETED' }),
    ticket('NEXT', ['OUTER', 'DONE']),
  ]);
  expect(scheduler.initiallyCompleted()).toEqual(['INNER', 'OUTER']);
  expect(scheduler.next()).toBe('NEXT');
  expect(scheduler.blocked()).toEqual([{ id: 'OTHER', by: ['B'] }]);
});

test('createScheduler: never runs two that share a file or conflict, whichever side says so', () => {
  const scheduler = createScheduler([
    ticket('A', [], { files: ['x', 'y'] }),
    ticket('B', [], { files: ['y'] }),
    ticket('C', [], { conflictsWith: ['A', 'C', 'unheard'] }),
    ticket('D', [], { files: ['z'] }),
  ]);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['A', 'D', undefined]);
  expect(scheduler.ready).toBe(2);
  scheduler.released('A');
  scheduler.deferred('A');
  expect([take(scheduler), take(scheduler)]).toEqual(['B', 'C']);
});

test('createScheduler: takes the next in line for a file if the first cannot start', () => {
  const scheduler = createScheduler([
    ticket('A', [], { files: ['x'], priority: 'P0' }),
    ticket('B', [], { files: ['y'], priority: 'P0' }),
    ticket('C', [], { files: ['x', 'y'] }),
    ticket('D', [], { files: ['x'] }),
    ticket('E', [], { files: ['x'] }),
  ]);
  expect([take(scheduler), take(scheduler), take(scheduler)]).toEqual(['A', 'B', undefined]);
  scheduler.completed('A');
  expect([take(scheduler), take(scheduler)]).toEqual(['D', undefined]);
  scheduler.deferred('E');
  scheduler.completed('D');
  expect(take(scheduler)).toBeUndefined();
  scheduler.completed('B');
  expect(take(scheduler)).toBe('C');
});

test('createScheduler: keeps to a selection: what waits for an open ticket outside is blocked by it', () => {
  const tickets = [
    ticket('A'),
    ticket('B', ['A']),
    ticket('C'),
    ticket('EPIC', ['A', 'C'], { container: true }),
    ticket('D', ['EPIC']),
    ticket('E', ['C']),
  ];
  const scheduler = createScheduler(tickets, { only: new Set(['B', 'C', 'D', 'E']) });
  expect([take(scheduler), take(scheduler)]).toEqual(['C', undefined]);
  expect(scheduler.blocked()).toEqual([
    { id: 'B', by: ['A'] },
    { id: 'D', by: ['EPIC', 'A'] },
  ]);
  expect(scheduler.remaining).toBe(4);
  scheduler.completed('C');
  expect(take(scheduler)).toBe('E');
});

test('createScheduler: completes a container outside the selection with its last child', () => {
  const tickets = [ticket('EPIC', ['A'], { container: true }), ticket('A'), ticket('D', ['EPIC'])];
  const scheduler = createScheduler(tickets, { only: new Set(['A', 'D']) });
  take(scheduler);
  expect(scheduler.completed('A')).toEqual(['EPIC']);
  expect(scheduler.next()).toBe('D');
});

test('createScheduler: refuses an unknown dependency unless it is known to be done', () => {
  const tickets = [ticket('A', ['X']), ticket('B', ['gone'], { state: 'COMPLETED' })];
  expect(() => createScheduler(tickets)).toThrow(UnknownDependencyError);
  expect(() => createScheduler(tickets)).toThrow(
    'Dependencies on unknown tickets: "A" on "X"; correct the ids or add the tickets.',
  );
  expect(createScheduler(tickets, { satisfied: new Set(['X']) }).next()).toBe('A');
});

test('createScheduler: takes a list over `satisfied` where both know an id', () => {
  expect(createScheduler([ticket('A', ['X']), ticket('X')], { satisfied: new Set(['X']) }).next()).toBe('X');
});

test('createScheduler: refuses open tickets that wait for each other, and lets finished ones be', () => {
  expect(() => createScheduler([ticket('A', ['B']), ticket('B', ['A'])])).toThrow(
    expect.objectContaining({ code: 'CYCLE' }),
  );
  const done = { state: 'COMPLETED' };
  expect(
    createScheduler([ticket('A', ['B'], done), ticket('B', ['A'], done), ticket('C', ['A'])]).next(),
  ).toBe('C');
});

test('createScheduler: throws on a call that the state does not allow', () => {
  const scheduler = createScheduler([
    ticket('A'),
    ticket('B', ['A']),
    ticket('E', ['A'], { container: true }),
  ]);
  expect(() => scheduler.completed('A')).toThrow(TransitionError);
  expect(() => scheduler.started('B')).toThrow(
    expect.objectContaining({ ticket: 'B', state: 'waiting', transition: 'started' }),
  );
  expect(() => scheduler.started('E')).toThrow(TransitionError);
  expect(() => scheduler.started('X')).toThrow('Ticket "X" is not an open ticket: it cannot be started.');
  scheduler.started('A');
  expect(() => scheduler.started('A')).toThrow(TransitionError);
  scheduler.completed('A');
  expect(() => scheduler.released('A')).toThrow(TransitionError);
  expect(() => scheduler.deferred('A')).toThrow(TransitionError);
});

test('createScheduler: carries any id', () => {
  const scheduler = createScheduler([
    ticket('__proto__', ['']),
    ticket(''),
    ticket('constructor', ['__proto__']),
  ]);
  const done: string[] = [];
  for (let id = take(scheduler); id !== undefined; id = take(scheduler)) {
    done.push(id);
    scheduler.completed(id);
  }
  expect(done).toEqual(['', '__proto__', 'constructor']);
});

const selection = fc.option(
  fc.array(fc.nat(14)).map((list) => new Set(list.map((nth) => `T-${nth}`))),
  { nil: undefined },
);
const outcomes = fc.array(fc.constantFrom('completed', 'completed', 'completed', 'released', 'deferred'), {
  maxLength: 60,
});

test('any backlog, with any outcomes: keeps every promise at every step, and leaves only what is blocked', () => {
  fc.assert(
    fc.property(
      backlogs,
      selection,
      fc.integer({ min: 1, max: 4 }),
      outcomes,
      (tickets, only, workers, drawn) => {
        const options: SchedulerOptions = { only };
        const scheduler = createScheduler(tickets, options);
        const byId = new Map(tickets.map((one) => [one.id, one]));
        const done = new Set(tickets.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
        for (const id of scheduler.initiallyCompleted()) done.add(id);
        const deferred = new Set(tickets.filter(({ state }) => state === 'DEFERRED').map(({ id }) => id));
        const running: string[] = [];
        const tooEarly: string[] = [];
        const ranked = rankTickets(tickets).map(({ id }) => id);
        const mayRun = (id: string): boolean =>
          !running.some((other) => conflict(byId.get(id)!, byId.get(other)!));
        for (let step = 0; ; step++) {
          while (running.length < workers) {
            const id = scheduler.next();
            const best = ranked.find((candidate) => {
              const { container, dependencies } = byId.get(candidate)!;
              const open = !done.has(candidate) && !deferred.has(candidate) && !running.includes(candidate);
              const chosen = !container && (only?.has(candidate) ?? true);
              return open && chosen && dependencies.every((to) => done.has(to)) && mayRun(candidate);
            });
            expect(id).toBe(best);
            if (id === undefined) break;
            scheduler.started(id);
            running.push(id);
          }
          const id = running.shift();
          if (id === undefined) break;
          const outcome = drawn[step] ?? 'completed';
          if (outcome === 'released') scheduler.released(id);
          else if (outcome === 'deferred') {
            scheduler.deferred(id);
            deferred.add(id);
          } else {
            done.add(id);
            for (const container of scheduler.completed(id)) {
              if (!byId.get(container)!.dependencies.every((to) => done.has(to))) tooEarly.push(container);
              done.add(container);
            }
          }
        }
        expect(tooEarly).toEqual([]);
        const left = tickets.filter(
          ({ id }) => !done.has(id) && !deferred.has(id) && (only?.has(id) ?? true),
        );
        expect(scheduler.blocked().map(({ id }) => id)).toEqual(left.map(({ id }) => id));
        for (const { id, by } of scheduler.blocked()) {
          [id, ...by].slice(1).forEach((to, index) => {
            expect(byId.get([id, ...by][index]!)!.dependencies).toContain(to);
            expect(done.has(to)).toBe(false);
          });
          const last = by.at(-1)!;
          expect(deferred.has(last) || !only!.has(last)).toBe(true);
        }
        expect(scheduler).toMatchObject({
          ready: 0,
          running: 0,
          remaining: left.filter(({ container }) => !container).length,
        });
      },
    ),
    { numRuns: 500 },
  );
});
