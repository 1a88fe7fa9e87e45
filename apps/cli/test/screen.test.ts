import { expect, test } from 'vitest';
import { screenOf } from '../src/reporters/screen.ts';

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', { isTTY: false }, {}, false],
  ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
] as const)('colours on %s', (_, stream, environment, coloured) => {
  const painted = screenOf(stream, environment).colors.red('x');
  expect(painted !== 'x').toBe(coloured);
});

test.each([
  ['a terminal', { isTTY: true, columns: 132 }, 132],
  ['a terminal that does not know its size', { isTTY: true, columns: 0 }, 80],
  ['a pipe', { isTTY: false }, Infinity],
] as const)('the width of %s', (_, stream, columns) => {
  expect(screenOf(stream, {}).columns).toBe(columns);
});
