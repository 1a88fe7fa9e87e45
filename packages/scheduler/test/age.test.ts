import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { createScheduler } from '../src/scheduler.ts';
import { take, ticket } from './take.ts';

/** A stream of urgent tickets without an end; returns the position at which `LAST` was started. */
function startOf(late: SchedulerTicket, urgent: Partial<SchedulerTicket>[], patience: number): number {
  const scheduler = createScheduler([late], { patience });
  let starts = 0;
  let added = 0;
  const running: string[] = [];
  const feed = (): void => {
    scheduler.added(urgent.map((more) => ticket(`U${++added}`, [], { priority: 'P0', ...more })));
  };
  feed();
  for (;;) {
    while (running.length < urgent.length) {
      const id = take(scheduler);
      if (id === late.id) return starts;
      if (id === undefined) break;
      starts++;
      running.push(id);
    }
    scheduler.completed(running.shift()!);
    feed();
    if (starts > 1000) throw new Error('starved');
  }
}

test('age: a ticket that urgent ones keep overtaking starts when its patience is over', () => {
  expect(startOf(ticket('LAST', [], { priority: 'P4' }), [{}, {}], 20)).toBe(20);
});

test('age: as does one whose two files are never free at the same time', () => {
  const late = ticket('LAST', [], { priority: 'P0', duration: 9, files: ['x', 'y'] });
  const other = startOf({ ...late, priority: 'P4' }, [{ files: ['x'] }, { files: ['y'] }], 20);
  expect(other).toBeGreaterThanOrEqual(20);
  expect(other).toBeLessThanOrEqual(22);
});

test('age: as does one with rivals, and one of a full component', () => {
  const rivals = Array.from({ length: 300 }, (_, nth) => `U${nth}`);
  expect(startOf(ticket('LAST', [], { priority: 'P4', conflictsWith: rivals }), [{}, {}], 20)).toBe(20);
});

test('age: unless told otherwise, patience grows with the backlog: within one that stays as it is, rank decides', () => {
  const tickets = Array.from({ length: 2500 }, (_, nth) => ticket(`T${nth}`, [], { duration: nth }));
  const chain = Array.from({ length: 1500 }, (_, nth) =>
    ticket(`C${nth}`, nth === 0 ? [] : [`C${nth - 1}`], { duration: 9000 }),
  );
  const scheduler = createScheduler(tickets.slice(0, 10));
  scheduler.added([...tickets.slice(10), ...chain]);
  for (const { id } of chain) {
    expect(take(scheduler)).toBe(id);
    scheduler.completed(id);
  }
});

test('age: and stays finite while others are added without an end', () => {
  const scheduler = createScheduler([ticket('LAST', [], { priority: 'P4' }), ticket('U0', [])]);
  let starts = 0;
  for (let id = take(scheduler); id !== 'LAST'; id = take(scheduler)) {
    scheduler.completed(id!);
    scheduler.added([ticket(`U${++starts}`, [])]);
    expect(starts).toBeLessThanOrEqual(1000);
  }
  expect(starts).toBe(1000);
});

test('age: no ticket is overtaken by more than patience and those ready before it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('P0', 'P2', 'P4'), fc.nat(3)), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      (arrivals, patience) => {
        const scheduler = createScheduler([], { patience });
        const readyAt = new Map<string, { starts: number; before: number }>();
        let starts = 0;
        const startOne = (): void => {
          const id = take(scheduler);
          if (id === undefined) return;
          const since = readyAt.get(id)!;
          expect(starts - since.starts).toBeLessThanOrEqual(patience + since.before);
          starts++;
          scheduler.completed(id);
        };
        arrivals.forEach(([priority, between], nth) => {
          readyAt.set(`T${nth}`, { starts, before: scheduler.ready });
          scheduler.added([ticket(`T${nth}`, [], { priority })]);
          for (let count = 0; count < between; count++) startOne();
        });
        while (scheduler.ready > 0) startOne();
        expect(starts).toBe(arrivals.length);
      },
    ),
  );
});
