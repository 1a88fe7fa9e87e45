// No-op tickets a second: Sage's scheduler with a journal on the disk, p-graph, and p-queue with counted dependencies.
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createScheduler, type SchedulerTicket } from '@sage/scheduler';
import { PGraph } from 'p-graph';
import PQueue from 'p-queue';
import { drawBacklog } from './backlogs.ts';
import { median } from './median.ts';

const TICKETS = 100_000;
const WORKERS = 8;
const ROUNDS = 3;

type Engine = (tickets: readonly SchedulerTicket[], run: () => Promise<void>) => Promise<void>;

/** A line for each start and each completion, written in groups of 256 kB, one of which is synced at a time. */
function openJournal(file: string): { write(event: string, ticket: string): void; close(): Promise<void> } {
  const handle = openSync(file, 'w');
  const sync = promisify(fdatasync);
  let group = '';
  let syncing = Promise.resolve();
  const writeGroup = (): void => {
    writeSync(handle, group);
    group = '';
    syncing = syncing.then(() => sync(handle));
  };
  return {
    write(event, ticket) {
      group += `{"v":1,"event":"${event}","ticket":${JSON.stringify(ticket)}}\n`;
      if (group.length > 2 ** 18) writeGroup();
    },
    async close() {
      writeGroup();
      await syncing;
      closeSync(handle);
    },
  };
}

const sage: Engine = async (tickets, run) => {
  const folder = mkdtempSync(join(tmpdir(), 'sage-bench-'));
  const journal = openJournal(join(folder, 'journal.jsonl'));
  const scheduler = createScheduler(tickets, { workers: WORKERS });
  let idle: (() => void)[] = [];
  const work = async (): Promise<void> => {
    while (scheduler.remaining > 0) {
      const ticket = scheduler.next();
      if (ticket === undefined) {
        await new Promise<void>((wake) => idle.push(wake));
        continue;
      }
      scheduler.started(ticket);
      journal.write('ticket.started', ticket);
      await run();
      scheduler.completed(ticket);
      journal.write('ticket.completed', ticket);
      const waiting = idle;
      idle = [];
      for (const wake of waiting) wake();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  await journal.close();
  rmSync(folder, { recursive: true });
};

const pGraph: Engine = async (tickets, run) => {
  const nodes = new Map(tickets.map(({ id }) => [id, { run }]));
  const edges = tickets.flatMap(({ id, dependencies }) =>
    dependencies.map((to): [string, string] => [to, id]),
  );
  await new PGraph(nodes, edges).run({ concurrency: WORKERS });
};

const pQueue: Engine = async (tickets, run) => {
  const queue = new PQueue({ concurrency: WORKERS });
  const waitsFor = new Map(tickets.map(({ id, dependencies }) => [id, dependencies.length]));
  const dependents = new Map<string, string[]>(tickets.map(({ id }) => [id, []]));
  for (const { id, dependencies } of tickets) for (const to of dependencies) dependents.get(to)?.push(id);
  const add = (id: string): void => {
    void queue.add(async () => {
      await run();
      for (const dependent of dependents.get(id) ?? []) {
        const left = (waitsFor.get(dependent) ?? 0) - 1;
        waitsFor.set(dependent, left);
        if (left === 0) add(dependent);
      }
    });
  };
  for (const { id, dependencies } of tickets) if (dependencies.length === 0) add(id);
  await queue.onIdle();
};

const ENGINES: Readonly<Record<string, Engine>> = {
  'sage, with the journal': sage,
  'p-queue, dependencies counted by hand': pQueue,
  'p-graph': pGraph,
};

export async function engine(): Promise<string[]> {
  const { tickets } = drawBacklog(0, TICKETS);
  const seconds = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(ENGINES)) {
      let ran = 0;
      const started = performance.now();
      await run(tickets, () => {
        ran++;
        return Promise.resolve();
      });
      seconds.set(name, [...(seconds.get(name) ?? []), (performance.now() - started) / 1000]);
      if (ran !== TICKETS) throw new Error(`${name} ran ${ran} of ${TICKETS}`);
    }
  }
  const own = median(seconds.get('sage, with the journal') ?? []);
  return [
    `${TICKETS} no-op tickets on ${WORKERS} workers, from the list of tickets to the last one done`,
    '',
    '| engine | tickets/s | time / that of sage |',
    '|---|---|---|',
    ...[...seconds].map(([name, runs]) => {
      const middle = median(runs);
      return `| ${name} | ${Math.round(TICKETS / middle).toLocaleString('en-US')} | ${(middle / own).toFixed(1)} |`;
    }),
  ];
}
