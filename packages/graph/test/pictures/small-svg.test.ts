import { expect, test } from 'vitest';
import { buildDependencyGraph, drawSmallSvg } from '../../src/index.ts';

test('a dot a node by its state, and all edges', () => {
  const svg = drawSmallSvg(
    buildDependencyGraph([
      { id: 'A', dependencies: [], state: 'COMPLETED' },
      { id: '<b>', dependencies: ['A'], state: 'DEFERRED' },
      { id: 'C', dependencies: ['A', '<b>'] },
    ]),
  );
  expect(svg.match(/<circle /g)).toHaveLength(3);
  expect(svg.match(/M\d+ \d+L\d+ \d+/g)).toHaveLength(3);
  expect(svg).toContain('<title>&lt;b&gt; (DEFERRED)</title>');
  expect(svg).toContain('<title>C (no state)</title>');
});

test('500 nodes take less than 60 kB, and none is a picture too', () => {
  const nodes = Array.from({ length: 500 }, (_, index) => ({
    id: `API-${index}`,
    dependencies: [index - 1, index - 7].filter((one) => one >= 0).map((one) => `API-${one}`),
  }));
  expect(drawSmallSvg(buildDependencyGraph(nodes)).length).toBeLessThan(60_000);
  expect(drawSmallSvg(buildDependencyGraph([]))).toContain('<svg ');
});
