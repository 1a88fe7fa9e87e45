// Is a cache of the graph worth having? Rows as bytes, keyed by a hash of the index, against building them again.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { buildDependencyGraph, type GraphNode } from '@sage/graph';
import { writeIndex } from './graph-index.ts';
import { median } from './median.ts';

const ROUNDS = 5;

export function cache(): Promise<string[]> {
  const rows = [1_000, 100_000].map((tickets) => {
    using index = writeIndex(tickets, 'in order');
    const stored = `${index.file}.cache`;
    const parse = (): GraphNode[] =>
      (JSON.parse(readFileSync(index.file, 'utf8')) as { tickets: GraphNode[] }).tickets;
    const graph = buildDependencyGraph(parse());
    const bytes = [
      graph.dependencyOffsets,
      graph.dependencyTargets,
      graph.dependentOffsets,
      graph.dependentTargets,
    ];
    writeFileSync(stored, Buffer.concat(bytes.map(({ buffer }) => Buffer.from(buffer))));

    const parsing = timed(() => void parse());
    const nodes = parse();
    const building = timed(() => void buildDependencyGraph(nodes));
    const hashing = timed(() => void createHash('sha256').update(readFileSync(index.file)).digest());
    // The rows alone: what an id means is still to be looked up, so this is less than a cache has to do.
    const reading = timed(() => {
      const all = readFileSync(stored);
      return new Int32Array(all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength));
    });
    const milliseconds = [parsing, building, hashing, reading].map((value) => value.toFixed(1));
    return `| ${tickets.toLocaleString('en-US')} | ${milliseconds.join(' | ')} | ${(building - hashing - reading).toFixed(1)} |`;
  });
  return Promise.resolve([
    'Milliseconds in one process, medians; every command needs the parsed tickets, whatever is cached.',
    '',
    '| tickets | read and parse | build the graph | hash the index | read the rows | a cache saves at most |',
    '|---|---|---|---|---|---|',
    ...rows,
  ]);
}

function timed(run: () => unknown): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const started = performance.now();
    run();
    return performance.now() - started;
  });
  return median(times);
}
