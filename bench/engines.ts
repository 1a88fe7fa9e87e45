// Runs a backlog of tickets: Sage's scheduler with a journal on the disk, p-graph, and p-queue with counted dependencies.
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createScheduler, type SchedulerTicket } from '@sage/scheduler';
import { PGraph } from 'p-graph';
import PQueue from 'p-queue';

export const WORKERS = 8;

/** `folder` is empty, and for what it writes. */
type Engine = (
  tickets: readonly SchedulerTicket[],
  run: () => Promise<void>,
  folder: string,
) => Promise<void>;

/** A line for each start and each completion, written in groups of 256 kB; one sync at a time, for all written before it. */
function openJournal(file: string): { write(start: string, rest: string): void; close(): Promise<void> } {
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
    write(start, rest) {
      group = group + start + rest;
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

// In two parts: the more there are, the longer it takes to put the pieces of a group together.
const STARTED = '{"v":1,"event":"attempt.started","ticket":';
const COMPLETED = '{"v":1,"event":"ticket.completed","ticket":';

const sage: Engine = async (tickets, run, folder) => {
  const journal = openJournal(join(folder, 'journal.jsonl'));
  const scheduler = createScheduler(tickets);
  let idle: (() => void)[] = [];
  const work = async (): Promise<void> => {
    while (scheduler.remaining > 0) {
      const ticket = scheduler.next();
      if (ticket === undefined) {
        await new Promise<void>((wake) => idle.push(wake));
        continue;
      }
      scheduler.started(ticket);
      const rest = `${JSON.stringify(ticket)}}\n`;
      journal.write(STARTED, rest);
      await run();
      scheduler.completed(ticket);
      journal.write(COMPLETED, rest);
      const waiting = idle;
      idle = [];
      for (const wake of waiting) wake();
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  await journal.close();
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

export const ENGINES = {
  sage,
  'p-queue': pQueue,
  'p-graph': pGraph(false),
  'p-graph, ranked': pGraph(true),
} satisfies Record<string, Engine>;

export type EngineName = keyof typeof ENGINES;
