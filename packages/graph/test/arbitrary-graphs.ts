import fc from 'fast-check';
import type { GraphNode } from '../src/dependency-graph.ts';

/** Up to 12 nodes with any edges among them: self-loops, repeated and missing dependencies included. */
export const anyNodes = fc.integer({ min: 0, max: 12 }).chain((size) =>
  fc
    .array(fc.array(fc.integer({ min: 0, max: size }), { maxLength: 4 }), {
      minLength: size,
      maxLength: size,
    })
    .map((lists): GraphNode[] =>
      lists.map((list, index) => ({ id: `n${index}`, dependencies: list.map((to) => `n${to}`) })),
    ),
);

/** Acyclic, and not in order: edges follow a hidden ranking, nodes are shuffled. */
export const acyclicNodes = fc.integer({ min: 0, max: 14 }).chain((size) =>
  fc
    .array(fc.array(fc.nat(), { maxLength: 4 }), { minLength: size, maxLength: size })
    .map((lists): GraphNode[] =>
      lists.map((list, index) => ({
        id: `n${index}`,
        dependencies: index === 0 ? [] : list.map((to) => `n${to % index}`),
      })),
    )
    .chain((nodes) => fc.shuffledSubarray(nodes, { minLength: nodes.length })),
);

const hostile = [
  '__proto__',
  'constructor',
  'toString',
  '',
  ' ',
  '\x01',
  '\x00',
  'é',
  '\u{1F600}',
  '\uD800',
  'a\nb',
  '--evil',
];

/** Distinct ids from an alphabet that breaks objects used as maps, separators and terminals. */
export const hostileIds = fc.uniqueArray(
  fc.oneof(fc.constantFrom(...hostile), fc.string({ unit: 'binary' })),
  {
    minLength: 1,
    maxLength: 10,
  },
);

export function chain(length: number): GraphNode[] {
  return Array.from({ length }, (_, index) => ({
    id: `T-${index}`,
    dependencies: index === 0 ? [] : [`T-${index - 1}`],
  }));
}
