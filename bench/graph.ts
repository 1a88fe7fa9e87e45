// Load and full analysis of a ticket index, whole process from start to exit: @sage/graph, graphlib, jq, JSON.parse.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { type Shape, writeIndex } from './graph-index.ts';
import { median } from './median.ts';

const PROGRAMS = {
  parse: [process.execPath, 'parse.mjs'],
  sage: [process.execPath, 'sage.mjs'],
  graphlib: [process.execPath, 'graphlib.mjs'],
  jq: ['bash', 'jq.sh'],
} as const;
export type Program = keyof typeof PROGRAMS;

export interface Measured {
  /** Medians over the rounds. */
  readonly seconds: number;
  readonly megabytes: number;
  /** What the program found: the same from all of them. */
  readonly edges: number | undefined;
}

/** Runs the programs in turn, round after round, so that a busy machine slows them all alike. */
export function measure(programs: readonly Program[], file: string, rounds: number): Map<Program, Measured> {
  const seen = new Map(programs.map((name) => [name, [] as Measured[]]));
  for (let round = 0; round < rounds; round++) {
    for (const name of programs) {
      const [command, script] = PROGRAMS[name];
      const started = performance.now();
      const { status, stdout, stderr } = spawnSync(
        command,
        [join(import.meta.dirname, 'graph', script), file],
        {
          encoding: 'utf8',
        },
      );
      const seconds = (performance.now() - started) / 1000;
      if (status !== 0) throw new Error(`${name}: ${stderr.slice(0, 400)}`);
      seen.get(name)?.push({ ...(JSON.parse(stdout) as Measured), seconds });
    }
  }
  return new Map(
    [...seen].map(([name, runs]) => [
      name,
      {
        seconds: median(runs.map(({ seconds }) => seconds)),
        megabytes: median(runs.map(({ megabytes }) => megabytes)),
        edges: runs[0]?.edges,
      },
    ]),
  );
}

const CASES: readonly { tickets: number; shape: Shape; programs: readonly Program[]; rounds: number }[] = [
  { tickets: 1_000, shape: 'in order', programs: ['parse', 'sage', 'graphlib', 'jq'], rounds: 3 },
  { tickets: 100_000, shape: 'in order', programs: ['parse', 'sage', 'graphlib'], rounds: 7 },
  { tickets: 100_000, shape: 'shuffled', programs: ['parse', 'sage', 'graphlib'], rounds: 7 },
  { tickets: 1_000_000, shape: 'in order', programs: ['parse', 'sage'], rounds: 5 },
  { tickets: 1_000_000, shape: 'shuffled', programs: ['parse', 'sage'], rounds: 5 },
  { tickets: 1_000_000, shape: 'chain', programs: ['parse', 'sage'], rounds: 3 },
];

export function graph(): Promise<string[]> {
  const rows: string[] = [];
  for (const { tickets, shape, programs, rounds } of CASES) {
    using index = writeIndex(tickets, shape);
    const measured = measure(programs, index.file, rounds);
    const edges = measured.get('sage')?.edges ?? 0;
    const own = measured.get('sage')?.seconds ?? Number.NaN;
    const floor = measured.get('parse')?.seconds ?? Number.NaN;
    for (const [name, { seconds, megabytes }] of measured) {
      if (name !== 'parse' && measured.get(name)?.edges !== edges)
        throw new Error(`${name} found other edges`);
      const what = `${count(tickets)}, ${count(edges)}, ${shape}`;
      const memory = megabytes > 0 ? `${megabytes.toFixed(0)} MB` : '';
      rows.push(
        `| ${what} | ${name} | ${seconds.toFixed(3)} s | ${(seconds / floor).toFixed(2)} | ${(seconds / own).toFixed(1)} | ${memory} |`,
      );
    }
  }
  return Promise.resolve([
    '| tickets, edges, file | program | whole process | / parse | / sage | peak memory |',
    '|---|---|---|---|---|---|',
    ...rows,
  ]);
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}
