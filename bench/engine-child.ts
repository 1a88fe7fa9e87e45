// Usage: engine-child.ts ENGINE SEED TICKETS MOST ROUNDS. Prints the seconds of each round as JSON.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SchedulerTicket } from '@sage/scheduler';
import { drawBacklog } from './backlogs.ts';
import { ENGINES, type EngineName } from './engines.ts';

const [name, ...numbers] = process.argv.slice(2);
const [seed = 0, size = 0, most = 0, rounds = 0] = numbers.map(Number);
const text = JSON.stringify(drawBacklog(seed, size, most).tickets);
const seconds: number[] = [];
for (let round = 0; round < rounds; round++) {
  const tickets = JSON.parse(text) as SchedulerTicket[];
  const folder = mkdtempSync(join(tmpdir(), 'sage-bench-'));
  let ran = 0;
  const started = performance.now();
  await ENGINES[name as EngineName](
    tickets,
    () => {
      ran++;
      return Promise.resolve();
    },
    folder,
  );
  seconds.push((performance.now() - started) / 1000);
  if (name === 'sage') {
    const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8').split('\n').length - 1;
    if (lines !== 2 * size) throw new Error(`${lines} lines in the journal of ${size} tickets`);
  }
  rmSync(folder, { recursive: true });
  if (ran !== size) throw new Error(`${name} ran ${ran} of ${size}`);
}
console.log(JSON.stringify(seconds));
