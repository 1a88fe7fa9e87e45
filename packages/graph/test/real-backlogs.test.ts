import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectCircularDependencies } from '../src/cycles.ts';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { GraphNode } from '../src/dependency-graph.ts';
import { waves } from '../src/order.ts';
import { graphStatistics } from '../src/statistics.ts';

interface Measured {
  file: string;
  format: string;
  tickets: number;
  edges: number;
  dangling: number;
  dup_ids: Record<string, number>;
  cycles: number;
  depth: number;
  width: number;
  states: Record<string, number>;
}

interface BeadsLine {
  _schema?: unknown;
  _type?: string;
  id: string;
  status: string;
  updated_at?: string;
  dependencies?: { depends_on_id: string; type: string }[];
}

const data = process.env['SAGE_COMPAT_DATA'];
const manifest: Measured[] = data ? JSON.parse(readFileSync(join(data, 'manifest.json'), 'utf8')) : [];
// Without data the tests are there all the same, so that they are seen to be skipped.
const nothing: Measured = {
  file: '(none)',
  format: '',
  tickets: 0,
  edges: 0,
  dangling: 0,
  dup_ids: {},
  cycles: 0,
  depth: 0,
  width: 0,
  states: {},
};
const filesOf = (format: string): Measured[] =>
  data ? manifest.filter((entry) => entry.format === format) : [nothing];
const read = ({ file }: Measured): string => readFileSync(join(data!, file), 'utf8');

describe.skipIf(!data)('real sage indexes (SAGE_COMPAT_DATA)', () => {
  test.each(filesOf('sage'))('$file is as measured', (measured) => {
    const tickets: (Omit<GraphNode, 'dependencies'> & Partial<GraphNode>)[] = JSON.parse(
      read(measured),
    ).tickets;
    const graph = buildDependencyGraph(tickets.map((ticket) => ({ dependencies: [], ...ticket })));
    const { total, edges, missing, states } = graphStatistics(graph);
    const levels = waves(graph);
    expect({
      total,
      edges,
      missing,
      states: Object.fromEntries(states),
      cycles: detectCircularDependencies(graph).length,
      depth: levels.length,
      width: Math.max(...levels.map((ids) => ids.length)),
    }).toEqual({
      total: measured.tickets,
      edges: measured.edges,
      missing: measured.dangling,
      states: measured.states,
      cycles: measured.cycles,
      depth: measured.depth,
      width: measured.width,
    });
  });
});

const blocking = new Set(['blocks', 'conditional-blocks', 'waits-for']);

/** The last `updated_at` of an id wins. */
function beadsNodes(text: string, counts: (type: string) => boolean): GraphNode[] {
  const newest = new Map<string, BeadsLine>();
  for (const line of text.split('\n')) {
    // Blank lines, and the git conflict markers that one of the files holds.
    if (!line.startsWith('{')) continue;
    const issue: BeadsLine = JSON.parse(line);
    if (issue._schema !== undefined || (issue._type ?? 'issue') !== 'issue') continue;
    const known = newest.get(issue.id);
    if (!known || (issue.updated_at ?? '') >= (known.updated_at ?? '')) newest.set(issue.id, issue);
  }
  return [...newest.values()].map(({ id, status, dependencies = [] }) => ({
    id,
    state: status,
    dependencies: dependencies
      .filter(({ type }) => counts(type))
      .map((dependency) => dependency.depends_on_id),
  }));
}

describe.skipIf(!data)('real beads files (SAGE_COMPAT_DATA)', () => {
  // The manifest counts every kind of relation as an edge, and repeated lines as tickets of their own.
  const unrepeated = filesOf('beads').filter((measured) => Object.keys(measured.dup_ids).length === 0);

  test.each(unrepeated)('$file has the tickets, relations and states measured', (measured) => {
    const graph = buildDependencyGraph(beadsNodes(read(measured), () => true));
    expect(graph.size).toBe(measured.tickets);
    expect(graph.edges + graph.missing.length).toBe(measured.edges);
    expect(Object.fromEntries(graphStatistics(graph).states)).toEqual(measured.states);
  });

  test.each(unrepeated.filter(({ cycles }) => cycles === 0))('$file is as deep as measured', (measured) => {
    const graph = buildDependencyGraph(beadsNodes(read(measured), () => true));
    expect(waves(graph)).toHaveLength(measured.depth);
  });

  test.each(filesOf('beads'))('$file has the cycles measured among what blocks', (measured) => {
    const nodes = beadsNodes(read(measured), (type) => blocking.has(type));
    expect(detectCircularDependencies(buildDependencyGraph(nodes))).toHaveLength(measured.cycles);
  });
});
