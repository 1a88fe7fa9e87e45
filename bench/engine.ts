// No-op tickets a second: Sage's scheduler with a journal on the disk, p-graph, and p-queue with counted dependencies.
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createScheduler, type SchedulerTicket } from '@sage/scheduler';
import { PGraph } from 'p-graph';
import PQueue from 'p-queue';
import { drawBacklog, SHAPES } from './backlogs.ts';
import { median } from './median.ts';

const WORKERS = 8;
const ROUNDS = 5;
/** Not measured: the first runs of a program are compiled while they run. */
const WARM_UP = 2;

type Engine = (tickets: readonly SchedulerTicket[], run: () => Promise<void>) => Promise<void>;

/** A line for each start and each completion of a ticket, whose id comes as JSON; written in groups of 256 kB; one sync at a time, for all written before it. */
function openJournal(file: string): { write(event: string, ticket: string): void; close(): Promise<void> } {
  const handle = openSync(file, 'w');
  const sync = promisify(fdatasync);
  let group = '';
  let syncing: Promise<void> | undefined;
  const writeGroup = (): void => {
    writeSync(handle, group);
    group = '';
    syncing ??= sync(handle).finally(() => (syncing = undefined));
  };
  return {
    write(event, ticket) {
      group += `{"v":1,"event":"${event}","ticket":${ticket}}\n`;
      if (group.length > 2 ** 18) writeGroup();
    },
    async close() {
      writeSync(handle, group);
      await syncing;
      await sync(handle);
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
      const quoted = JSON.stringify(ticket);
      scheduler.started(ticket);
      journal.write('ticket.started', quoted);
      await run();
      scheduler.completed(ticket);
      journal.write('ticket.completed', quoted);
      if (idle.length === 0) continue;
      const waiting = idle;
      idle = [];
      for (const wake of waiting) wake();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  await journal.close();
  rmSync(folder, { recursive: true });
};

/** It ranks by the longest remaining chain as well where the durations are its priorities. */
const pGraph =
  (ranked: boolean): Engine =>
  async (tickets, run) => {
    const nodes = new Map(
      tickets.map(({ id, duration = 1 }) => [id, { run, priority: ranked ? duration : 0 }]),
    );
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

const ENGINES = {
  sage,
  'p-queue': pQueue,
  'p-graph': pGraph(false),
  'p-graph, ranked': pGraph(true),
} satisfies Record<string, Engine>;

const CASES: readonly { shape: (typeof SHAPES)[number]; tickets: number; most?: number }[] = [
  { shape: 'components', tickets: 100_000 },
  { shape: 'components', tickets: 1_000 },
  { shape: 'components', tickets: 10_000 },
  { shape: 'components', tickets: 300_000 },
  { shape: 'components', tickets: 100_000, most: 20 },
  { shape: 'free', tickets: 100_000 },
  { shape: 'layers', tickets: 100_000 },
  { shape: 'trees', tickets: 100_000 },
];

/** So that no engine waits for what another one left. */
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

export async function engine(): Promise<string[]> {
  const rows: string[] = [];
  for (const { shape, tickets: size, most } of CASES) {
    const { tickets } = drawBacklog(SHAPES.indexOf(shape), size, most);
    const text = JSON.stringify(tickets);
    const seconds = new Map(Object.keys(ENGINES).map((name) => [name, [] as number[]]));
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const [name, run] of Object.entries(ENGINES)) {
        const input = JSON.parse(text) as SchedulerTicket[];
        collectGarbage();
        let ran = 0;
        const started = performance.now();
        await run(input, () => {
          ran++;
          return Promise.resolve();
        });
        if (round >= 0) seconds.get(name)?.push((performance.now() - started) / 1000);
        if (ran !== size) throw new Error(`${name} ran ${ran} of ${size}`);
      }
    }
    const own = median(seconds.get('sage') ?? []);
    const dependencies = tickets.reduce((sum, one) => sum + one.dependencies.length, 0);
    const others = [...seconds].slice(1).map(([, runs]) => `${(median(runs) / own).toFixed(1)}x`);
    rows.push(
      `| ${shape} | ${count(size)} | ${count(dependencies)} | ${count(Math.round(size / own))} | ${others.join(' | ')} |`,
    );
  }
  return [
    `No-op tickets on ${WORKERS} workers, from the list of tickets to the last one done; times of the others over that of sage, medians of ${ROUNDS} rounds`,
    '',
    `| shape | tickets | dependencies | sage, tickets/s | ${Object.keys(ENGINES).slice(1).join(' | ')} |`,
    `|---|---|---|---|${'---|'.repeat(Object.keys(ENGINES).length - 1)}`,
    ...rows,
  ];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
