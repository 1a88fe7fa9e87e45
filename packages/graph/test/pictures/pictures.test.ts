import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../../src/dependency-graph.ts';
import { UnknownIdError } from '../../src/errors.ts';
import { drawDot } from '../../src/pictures/dot.ts';
import { layOut } from '../../src/pictures/layout.ts';
import { drawMermaid } from '../../src/pictures/mermaid.ts';
import { pictured } from '../../src/pictures/picture.ts';
import { drawSvg } from '../../src/pictures/svg.ts';
import { drawTree } from '../../src/pictures/tree.ts';
import { acyclicNodes, anyNodes, chain, hostileIds } from '../arbitrary-graphs.ts';

const graph = buildDependencyGraph([
  { id: 'A-1', dependencies: [], state: 'COMPLETED' },
  { id: 'A-2', dependencies: ['A-1'], state: 'UNPROCESSED' },
  { id: 'B-1', dependencies: ['A-1', 'A-2'], state: 'DEFERRED' },
  { id: 'B-2', dependencies: [] },
]);
const options = {
  titleOf: (id: string) => (id === 'A-2' ? 'a "title" <b>' : id),
  groupOf: (id: string) => id[0]!,
  marked: ['A-1', 'A-2'],
};

test('pictured: leaves out what follows from other dependencies', () => {
  expect(pictured(graph, {}).dependenciesOf('B-1')).toEqual(['A-2']);
});

test('pictured: keeps what is near the focus, and what is to be shown', () => {
  expect(pictured(graph, { focus: 'A-2' }).ids).toEqual(['A-1', 'A-2', 'B-1']);
  const open = pictured(graph, { show: (id) => id !== 'A-2' });
  expect(open.ids).toEqual(['A-1', 'B-1', 'B-2']);
  expect(open.dependenciesOf('B-1')).toEqual(['A-1']);
  expect(() => pictured(graph, { focus: 'X' })).toThrow(UnknownIdError);
});

test('pictured: shows a cycle as it is', () => {
  const ring = buildDependencyGraph([
    { id: 'A', dependencies: ['B'] },
    { id: 'B', dependencies: ['A'] },
  ]);
  expect(pictured(ring, {}).edges).toBe(2);
  expect(drawSvg(ring).match(/<path d="M[^>]*><title>/g)).toHaveLength(2);
});

test('drawTree: shows what waits for each, once', () => {
  expect(
    drawTree(graph).map(({ prefix, id, repeated }) => `${prefix}${id}${repeated ? ' ...' : ''}`),
  ).toEqual(['A-1', '├─ A-2', '│  ↓  B-1', '└─ B-1', 'B-2']);
});

test('drawTree: keeps trees of a group together', () => {
  const mixed = buildDependencyGraph([
    { id: 'A-1', dependencies: [] },
    { id: 'B-1', dependencies: [] },
    { id: 'A-2', dependencies: [] },
    { id: 'B-2', dependencies: ['A-2'] },
  ]);
  expect(drawTree(mixed, { groupOf: (id) => id[0]! }).map(({ id }) => id)).toEqual([
    'A-1',
    'A-2',
    'B-2',
    'B-1',
  ]);
});

test('drawTree: shows every node and every edge of any graph', () => {
  fc.assert(
    fc.property(anyNodes, (nodes) => {
      const any = buildDependencyGraph(nodes);
      const lines = drawTree(any);
      expect(new Set(lines.map(({ id }) => id))).toEqual(new Set(any.ids));
      const roots = lines.filter(({ prefix }) => prefix === '').length;
      expect(lines).toHaveLength(any.edges + roots);
    }),
  );
});

test('drawTree: a chain goes straight down', () => {
  const lines = drawTree(
    buildDependencyGraph([...chain(3), { id: 'X', dependencies: ['T-1'] }, { id: 'Y', dependencies: ['X'] }]),
  );
  expect(lines.map(({ prefix, id }) => prefix + id)).toEqual(['T-0', '↓  T-1', '├─ T-2', '└─ X', '   ↓  Y']);
});

test('drawTree: no branches are longer than 40 letters, however deep the graph', () => {
  const ladder = chain(100_000).map(({ id, dependencies }, nth) => ({
    id,
    dependencies: nth > 1 ? [...dependencies, `T-${nth - 2}`] : dependencies,
  }));
  const lines = drawTree(buildDependencyGraph(ladder));
  expect(lines).toHaveLength(199_998);
  expect(Math.max(...lines.slice(0, 1000).map(({ prefix }) => prefix.length))).toBe(40);
  expect(lines.every(({ prefix }) => prefix.length <= 40)).toBe(true);
});

test('drawDot: has nodes, groups, states and the marked path', () => {
  const dot = drawDot(graph, options);
  expect(dot).toContain('subgraph cluster_0 {\n  label="A"');
  expect(dot).toContain(
    '"A-2" [label="A-2\\na \\"title\\" <b>", fillcolor="#f4f4f5", color="#d1242f", penwidth=2];',
  );
  expect(dot).toContain('"A-1" -> "A-2" [color="#d1242f", penwidth=2];');
  expect(dot).toContain('"A-2" -> "B-1" [color="#8a8a94"];');
});

test('drawDot: quotes any id', () => {
  fc.assert(
    fc.property(hostileIds, (ids) => {
      const dot = drawDot(buildDependencyGraph(ids.map((id) => ({ id, dependencies: ids }))));
      // Without its quoted strings nothing of an id is left.
      const bare = dot.replaceAll(/"(?:[^"\\]|\\[^])*"/g, 'Q');
      expect(
        bare
          .split('\n')
          .filter(
            (line) =>
              !/^(digraph dependencies \{|\}||  (rankdir|node) .*|  rankdir=LR;|  Q \[label=Q, fillcolor=Q, color=Q\];|  Q -> Q \[color=Q\];)$/.test(
                line,
              ),
          ),
      ).toEqual([]);
    }),
  );
});

test('drawMermaid: has nodes, groups, states and the marked path', () => {
  const mermaid = drawMermaid(graph, options);
  expect(mermaid).toContain('flowchart LR\n  subgraph g0["A"]\n  n0["A-1"]');
  expect(mermaid).toContain('n1["A-2<br>a #34;title#34; #60;b#62;"]');
  expect(mermaid).toContain('  linkStyle 0 stroke:#d1242f,stroke-width:3px');
  expect(mermaid).toContain('class n0 cd3f2d9');
});

test('drawMermaid: lets no sign of an id or a title into the syntax', () => {
  fc.assert(
    fc.property(hostileIds, (ids) => {
      const mermaid = drawMermaid(buildDependencyGraph(ids.map((id) => ({ id, dependencies: [] }))), {
        titleOf: (id) => `${id}"]; click`,
      });
      const labels = mermaid.split('\n').filter((line) => line.includes('["'));
      expect(labels).toHaveLength(ids.length);
      for (const label of labels) {
        expect(label).toMatch(/^ {2}n\d+\["(?:[\p{L}\p{N}\p{M} .,:/_-]|#\d+;|<br>)*"\]$/u);
      }
    }),
  );
});

test('drawSvg: has a box a node, a band a group, and marks the path', () => {
  const svg = drawSvg(graph, options);
  expect(svg.match(/<g transform/g)).toHaveLength(4);
  expect(svg.match(/class="lane"/g)).toHaveLength(2);
  expect(svg.match(/class="critical"/g)).toHaveLength(1);
  expect(svg.match(/stroke="#d1242f"/g)).toHaveLength(3);
  expect(svg).toContain('<title>A-2: a &quot;title&quot; &lt;b&gt; (UNPROCESSED)</title>');
  expect(svg).toContain('fill="#fde3c4"');
  // A legend of the states that are there.
  expect(svg.match(/class="key"/g)).toHaveLength(5);
  expect(svg).toContain('>DEFERRED</text>');
  expect(svg).toContain('>critical path</text>');
});

test('drawSvg: has titles in two lines, and names the ends of an edge', () => {
  const svg = drawSvg(graph, {
    titleOf: () => 'Serve the menu of the day in all of the languages that guests speak',
  });
  expect(svg).toContain('class="title">Serve the menu of the day in</text>');
  expect(svg).toContain('class="title">all of the languages that g…</text>');
  expect(svg).toContain('<title>A-1 → A-2</title></path>');
});

test('drawSvg: holds any id without breaking the XML', () => {
  fc.assert(
    fc.property(hostileIds, (ids) => {
      const svg = drawSvg(buildDependencyGraph(ids.map((id) => ({ id, dependencies: [] }))), {
        groupOf: (id) => id,
      });
      const text = svg.replaceAll(
        /<\/?(?:svg|style|rect|text|title|g|path|marker)(?: [a-z-A-Z]+="[^"<>&]*")*\/?>/g,
        '',
      );
      expect(text).not.toMatch(/[<>]|&(?!(?:amp|lt|gt|quot);)/);
      // eslint-disable-next-line no-control-regex
      expect(svg).not.toMatch(/[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]/);
      expect(svg.isWellFormed()).toBe(true);
    }),
  );
});

test('layOut: does not overflow on a long chain', () => {
  expect(layOut(buildDependencyGraph(chain(200_000)), () => '')).toMatchObject({
    columns: 200_000,
    rows: 1,
  });
});

test('layOut: every edge leads to the right, no two nodes are in one place, and groups do not mix', () => {
  fc.assert(
    fc.property(acyclicNodes, (nodes) => {
      const any = buildDependencyGraph(nodes);
      const groupOf = (id: string): string => String(Number(id.slice(1)) % 3);
      const { places, lanes, columns, rows } = layOut(any, groupOf);
      const column = new Map(places.map((place) => [place.id, place.column]));
      for (const { id, row } of places) {
        for (const to of any.dependenciesOf(id)) expect(column.get(to)).toBeLessThan(column.get(id)!);
        const lane = lanes.find(({ group }) => group === groupOf(id))!;
        expect(row).toBeGreaterThanOrEqual(lane.firstRow);
        expect(row).toBeLessThanOrEqual(lane.firstRow + lane.rows - 1);
        expect(column.get(id)).toBeLessThan(columns);
      }
      expect(new Set(places.map((place) => `${place.column} ${place.row}`)).size).toBe(any.size);
      expect(lanes.reduce((sum, lane) => sum + lane.rows, 0)).toBe(rows);
    }),
  );
});

test('a title cannot turn the text of a picture around', () => {
  const svg = drawSvg(buildDependencyGraph([{ id: 'A-1', dependencies: [] }]), {
    titleOf: () => '\u{202e}evil',
  });
  expect(svg).toContain('\u{fffd}evil');
  expect(svg).not.toMatch(/\p{Cf}/u);
});
