import { InvalidDurationError } from '@sage/graph';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SchedulerTicket } from '../src/backlog.ts';
import { rankTickets } from '../src/priority.ts';
import { backlogs } from './arbitrary-backlogs.ts';

const order = (tickets: SchedulerTicket[]): string[] => rankTickets(tickets).map(({ id }) => id);

test('rankTickets: puts the urgent first, none given as P2', () => {
  expect(
    order([
      { id: 'D', dependencies: [], priority: 'P3' },
      { id: 'C', dependencies: [] },
      { id: 'B', dependencies: [], priority: 'P1' },
      { id: 'X', dependencies: [], priority: 'urgent' },
    ]),
  ).toEqual(['B', 'C', 'X', 'D']);
});

test('rankTickets: lets a ticket inherit the priority of what waits for it, also through others', () => {
  const ranked = rankTickets([
    { id: 'A', dependencies: [], priority: 'P1' },
    { id: 'B', dependencies: [], priority: 'P4' },
    { id: 'C', dependencies: ['B'], priority: 'P4' },
    { id: 'D', dependencies: ['C'], priority: 'P0' },
  ]);
  expect(ranked).toEqual([
    { id: 'B', priority: 0, remaining: 3 },
    { id: 'C', priority: 0, remaining: 2 },
    { id: 'D', priority: 0, remaining: 1 },
    { id: 'A', priority: 1, remaining: 1 },
  ]);
});

test('rankTickets: inherits nothing from finished and deferred tickets', () => {
  expect(
    order([
      { id: 'A', dependencies: [], priority: 'P3' },
      { id: 'B', dependencies: [], priority: 'P2' },
      { id: 'C', dependencies: ['A'], priority: 'P0', state: 'COMPLETED' },
      { id: 'D', dependencies: ['A'], priority: 'P0', state: 'DEFERRED' },
    ]).slice(0, 2),
  ).toEqual(['B', 'A']);
});

test('rankTickets: then takes the longest remaining chain by duration, then the id by code unit', () => {
  expect(
    order([
      { id: 'b', dependencies: [], duration: 5 },
      { id: 'a', dependencies: [], duration: 2 },
      { id: 'c', dependencies: ['a'], duration: 4 },
      { id: 'Z', dependencies: [], duration: 5 },
    ]),
  ).toEqual(['a', 'Z', 'b', 'c']);
});

test.each([-1, Number.NaN, Infinity])(
  'rankTickets: a duration of %d is refused by the name of its ticket',
  (duration) => {
    expect(() => rankTickets([{ id: 'A', dependencies: [], duration }])).toThrow(InvalidDurationError);
  },
);

test('rankTickets: where attempts fail, a chain of few long tickets goes before one of many short ones that is longer', () => {
  const tickets: SchedulerTicket[] = [
    { id: 'long', dependencies: [], duration: 100 },
    ...Array.from({ length: 11 }, (_, nth) => {
      return { id: `short${nth}`, dependencies: nth === 0 ? [] : [`short${nth - 1}`], duration: 10 };
    }),
  ];
  const first = (failing: number) => rankTickets(tickets, undefined, failing)[0];
  expect(first(0)).toEqual({ id: 'short0', priority: 2, remaining: 110 });
  expect(first(0.1)).toEqual({ id: 'long', priority: 2, remaining: 100 });
});

test('rankTickets: takes the median of the known durations for an unknown one', () => {
  const ranked = rankTickets([
    { id: 'A', dependencies: [], duration: 10 },
    { id: 'B', dependencies: [], duration: 20 },
    { id: 'C', dependencies: [], duration: 900 },
    { id: 'E', dependencies: ['A'], container: true, duration: 5 },
    { id: 'D', dependencies: [] },
  ]);
  expect(ranked.find(({ id }) => id === 'D')?.remaining).toBe(20);
  expect(ranked.find(({ id }) => id === 'A')?.remaining).toBe(10);
});

test('rankTickets: agrees with the definition, by plain recursion', () => {
  fc.assert(
    fc.property(backlogs, (tickets) => {
      const open = tickets.filter(({ state }) => state !== 'COMPLETED');
      const known = open.filter(({ container }) => !container).flatMap(({ duration }) => duration ?? []);
      const usual = known.sort((a, b) => a - b)[Math.floor(known.length / 2)] ?? 1;
      const level = ({ priority, state }: SchedulerTicket): number =>
        state === 'DEFERRED' ? 4 : Number((priority ?? 'P2').slice(1));
      const dependents = (of: SchedulerTicket) =>
        open.filter(({ dependencies }) => dependencies.includes(of.id));
      const inherited = (of: SchedulerTicket): number =>
        Math.min(level(of), ...dependents(of).map(inherited));
      const remaining = (of: SchedulerTicket): number =>
        (of.container ? 0 : (of.duration ?? usual)) + Math.max(0, ...dependents(of).map(remaining));
      const expected = open.map((of) => ({ id: of.id, priority: inherited(of), remaining: remaining(of) }));
      const ranked = rankTickets(tickets);
      expect(new Set(ranked.map((entry) => JSON.stringify(entry)))).toEqual(
        new Set(expected.map((entry) => JSON.stringify(entry))),
      );
      ranked.slice(1).forEach((later, index) => {
        const earlier = ranked[index]!;
        const key = (entry: typeof later): (number | string)[] => [
          entry.priority,
          -entry.remaining,
          entry.id,
        ];
        const difference = key(earlier).findIndex((part, nth) => part !== key(later)[nth]);
        expect(key(earlier)[difference]! < key(later)[difference]!).toBe(true);
      });
    }),
  );
});
