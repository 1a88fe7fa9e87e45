import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isContainer, parseRawTicketIndex, readContainers, type Ticket } from '@sage/tickets';
import { describe, expect, test } from 'vitest';
import { parallelisationOf } from '../src/parallelisation.ts';
import { isOpenWork, type IndexUnderTest, indexUnderTest } from '../src/index-under-test.ts';

const data = process.env['SAGE_COMPAT_DATA'];
const folder = join(data ?? '', 'sage');
const files = data ? readdirSync(folder) : ['(none)'];
const CAP = 8;

describe.skipIf(!data)('real sage indexes (SAGE_COMPAT_DATA)', () => {
  test.each(
    files.flatMap((name) => ['as it is', 'with everything to do'].map((how) => [name, how] as const)),
  )(
    '%s, %s: the recommendation is the best number by its objective, counted by a simulation of another make',
    (name, how) => {
      const text = readFileSync(join(folder, name), 'utf8');
      const open = text.replaceAll(/"state": "[A-Z_]+"/g, '"state": "UNPROCESSED"');
      const index = indexUnderTest('', parseRawTicketIndex(how === 'as it is' ? text : open, name));
      const { recommendedWorkers, unprocessed, table } = parallelisationOf(index, CAP);
      const run = naiveRun(index);
      const makespans = Array.from({ length: Math.min(CAP, Math.max(1, unprocessed)) }, (_, nth) =>
        run(nth + 1),
      );
      expect(table.map(({ makespan }) => makespan)).toEqual(makespans.slice(0, table.length));
      const best = makespans.findIndex((makespan) => makespan <= Math.min(...makespans) * 1.05) + 1;
      expect(recommendedWorkers).toBe(best);
    },
  );
});

/** Whoever is free takes the first in order that can start: by the definitions, without an index or a queue. */
function naiveRun({ tickets: written, graph }: IndexUnderTest): (workers: number) => number {
  const writtenById = new Map(written.map((ticket) => [ticket.id, ticket]));
  const isOpen = (id: string): boolean => {
    const ticket = writtenById.get(id);
    if (!ticket) return false;
    return isContainer(ticket) ? ticket.children.some(isOpen) : ticket.state !== 'COMPLETED';
  };
  const { heldBack } = readContainers(written);
  const tickets = written.map((ticket): Ticket => {
    if (heldBack.has(ticket.id)) return { ...ticket, state: 'DEFERRED' };
    const early = isContainer(ticket) && ticket.state === 'COMPLETED' && isOpen(ticket.id);
    return early ? { ...ticket, state: 'UNPROCESSED' } : ticket;
  });
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  const known = tickets
    .filter((one) => one.state !== 'COMPLETED' && !isContainer(one))
    .flatMap(({ estimatedMinutes }) => estimatedMinutes ?? [])
    .toSorted((a, b) => a - b);
  const usual = known[Math.floor(known.length / 2)] ?? 1;
  const minutesOf = (ticket: Ticket) => (isContainer(ticket) ? 0 : (ticket.estimatedMinutes ?? usual));
  const ranks = new Map<string, { priority: string; chain: number }>();
  const rank = (id: string): { priority: string; chain: number } => {
    let found = ranks.get(id);
    if (found) return found;
    const ticket = byId.get(id)!;
    const after = graph.dependentsOf(id).filter((other) => byId.get(other)!.state !== 'COMPLETED');
    const priority = ticket.state === 'DEFERRED' ? 'P4' : ticket.priority;
    found = {
      priority: [priority, ...after.map((other) => rank(other).priority)].toSorted((a, b) =>
        a < b ? -1 : 1,
      )[0]!,
      chain: minutesOf(ticket) + Math.max(0, ...after.map((other) => rank(other).chain)),
    };
    ranks.set(id, found);
    return found;
  };
  const order = tickets.filter(isOpenWork).toSorted((one, other) => {
    const [a, b] = [rank(one.id), rank(other.id)];
    if (a.priority !== b.priority) return a.priority < b.priority ? -1 : 1;
    return b.chain - a.chain || (one.id < other.id ? -1 : 1);
  });
  const apart = (one: Ticket, other: Ticket) =>
    one.files.some((file) => other.files.includes(file)) ||
    one.conflictsWith.includes(other.id) ||
    other.conflictsWith.includes(one.id);

  return (workers) => {
    const done = new Set(tickets.filter(({ state }) => state === 'COMPLETED').map(({ id }) => id));
    const isDone = (id: string): boolean => {
      const ticket = byId.get(id)!;
      if (done.has(id)) return true;
      return isContainer(ticket) && ticket.state !== 'DEFERRED' && graph.dependenciesOf(id).every(isDone);
    };
    const started = new Set<string>();
    let running: { ticket: Ticket; end: number }[] = [];
    for (let now = 0; ;) {
      for (const ticket of order) {
        if (running.length === workers) break;
        if (started.has(ticket.id) || running.some((one) => apart(one.ticket, ticket))) continue;
        if (!graph.dependenciesOf(ticket.id).every(isDone)) continue;
        started.add(ticket.id);
        running.push({ ticket, end: now + minutesOf(ticket) });
      }
      if (running.length === 0) return now;
      now = Math.min(...running.map(({ end }) => end));
      for (const { ticket, end } of running) if (end === now) done.add(ticket.id);
      running = running.filter(({ end }) => end > now);
    }
  };
}
