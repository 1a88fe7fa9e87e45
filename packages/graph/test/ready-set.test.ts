import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildDependencyGraph } from '../src/dependency-graph.ts';
import type { GraphNode } from '../src/dependency-graph.ts';
import { DuplicateIdError, UnknownIdError } from '../src/errors.ts';
import { createReadySet } from '../src/ready-set.ts';
import { anyNodes, chain } from './arbitrary-graphs.ts';

test('createReadySet: changes with each completion and each addition', () => {
  const set = createReadySet(
    buildDependencyGraph([
      { id: 'A', dependencies: [], state: 'COMPLETED' },
      { id: 'B', dependencies: ['A'] },
      { id: 'C', dependencies: ['B'] },
      { id: 'D', dependencies: ['C', 'N'] },
    ]),
  );
  expect([...set.ready]).toEqual(['B']);
  expect(set.open).toBe(3);
  expect(set.complete('B')).toEqual(['C']);
  expect(set.complete('B')).toEqual([]);
  expect(set.add({ id: 'N', dependencies: ['B', 'B'] })).toBe(true);
  expect(set.add({ id: 'M', dependencies: ['N', 'C'] })).toBe(false);
  expect(set.complete('N')).toEqual([]);
  expect(set.complete('C')).toEqual(['D', 'M']);
  expect([...set.ready]).toEqual(['D', 'M']);
  expect(set.open).toBe(2);
});

test('createReadySet: takes a completion out of turn', () => {
  const set = createReadySet(buildDependencyGraph(chain(3)));
  expect(set.complete('T-1')).toEqual(['T-2']);
  expect(set.complete('T-0')).toEqual([]);
  expect([...set.ready]).toEqual(['T-2']);
});

test('createReadySet: refuses unknown and repeated ids and changes nothing then', () => {
  const set = createReadySet(buildDependencyGraph(chain(2)));
  expect(() => set.complete('X')).toThrow(UnknownIdError);
  expect(() => set.add({ id: 'T-1', dependencies: [] })).toThrow(DuplicateIdError);
  set.complete('T-0');
  expect(() => set.add({ id: 'T-0', dependencies: [] })).toThrow(DuplicateIdError);
  expect([...set.ready]).toEqual(['T-1']);
});

test('createReadySet: is what a new graph would say, after any additions and completions', () => {
  const split = fc.nat(12);
  const completions = fc.array(fc.nat(11), { maxLength: 20 });
  fc.assert(
    fc.property(anyNodes, split, completions, (nodes, at, drawn) => {
      const present = nodes.slice(0, at);
      const later = nodes.slice(at);
      const set = createReadySet(buildDependencyGraph(present));
      const done = new Set<string>();
      const check = (known: readonly GraphNode[]): void => {
        const ready = known.filter(
          ({ id, dependencies }) => !done.has(id) && dependencies.every((to) => done.has(to)),
        );
        expect([...set.ready].toSorted()).toEqual(ready.map(({ id }) => id).toSorted());
        expect(set.open).toBe(known.length - done.size);
      };
      check(present);
      for (const nth of drawn) {
        const node = present[nth % (present.length + 1)];
        if (node) {
          set.complete(node.id);
          done.add(node.id);
        } else if (later.length > 0) {
          const added = later.shift()!;
          set.add(added);
          present.push(added);
        }
        check(present);
      }
    }),
    { numRuns: 300 },
  );
});
