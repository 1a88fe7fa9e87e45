// No-op tickets a second, each engine in processes of its own.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { drawBacklog, SHAPES } from './backlogs.ts';
import { ENGINES, type EngineName, WORKERS } from './engines.ts';
import { median } from './median.ts';

const PROCESSES = 3;
const ROUNDS = 7;
const NAMES = Object.keys(ENGINES) as EngineName[];

interface Case {
  readonly shape: (typeof SHAPES)[number];
  readonly tickets: number;
  /** The most dependencies of a ticket. */
  readonly most: number;
}

const CASES: readonly Case[] = [
  { shape: 'components', tickets: 100_000, most: 3 },
  { shape: 'components', tickets: 1_000, most: 3 },
  { shape: 'components', tickets: 10_000, most: 3 },
  { shape: 'components', tickets: 300_000, most: 3 },
  { shape: 'components', tickets: 100_000, most: 20 },
  { shape: 'free', tickets: 100_000, most: 3 },
  { shape: 'layers', tickets: 100_000, most: 3 },
  { shape: 'trees', tickets: 100_000, most: 3 },
];

interface Seconds {
  /** Medians over the processes: of the first round in each, and of all rounds. */
  readonly first: number;
  readonly all: number;
}

export function engine(): Promise<string[]> {
  const rows = CASES.map((one) => {
    const [own, ...others] = measure(one);
    if (!own) throw new Error('no engine was measured');
    const { tickets } = drawBacklog(SHAPES.indexOf(one.shape), one.tickets, one.most);
    const dependencies = tickets.reduce((sum, ticket) => sum + ticket.dependencies.length, 0);
    const rates = [own.all, own.first].map((seconds) => count(Math.round(one.tickets / seconds)));
    const ratios = others.map(
      ({ all, first }) => `${(all / own.all).toFixed(1)}x, ${(first / own.first).toFixed(1)}x`,
    );
    const cells = [one.shape, count(one.tickets), count(dependencies), ...rates, ...ratios];
    return `| ${cells.join(' | ')} |`;
  });
  return Promise.resolve([
    `No-op tickets on ${WORKERS} workers, from the list of tickets to the last one done: medians of ${PROCESSES} processes of ${ROUNDS} rounds`,
    '',
    `| shape | tickets | dependencies | sage, tickets/s | in the first round | ${NAMES.slice(1).join(' | ')} |`,
    `|${'---|'.repeat(4 + NAMES.length)}`,
    ...rows,
  ]);
}

/** In the order of the engines, which take turns. */
function measure({ shape, tickets, most }: Case): Seconds[] {
  const seen = NAMES.map((): number[][] => []);
  for (let process = 0; process < PROCESSES; process++) {
    NAMES.forEach((name, at) => seen[at]!.push(roundsOf(name, SHAPES.indexOf(shape), tickets, most, ROUNDS)));
  }
  return seen.map((runs) => ({
    first: median(runs.map((rounds) => rounds[0]!)),
    all: median(runs.map(median)),
  }));
}

function roundsOf(name: EngineName, ...numbers: number[]): number[] {
  const child = join(import.meta.dirname, 'engine-child.ts');
  const args = [...process.execArgv, child, name, ...numbers.map(String)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as number[];
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
