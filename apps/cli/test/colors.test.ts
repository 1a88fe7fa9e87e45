import { expect, test } from 'vitest';
import { colorsFor } from '../src/reporters/colors.ts';

test.each([
  ['a terminal', { isTTY: true }, {}, true],
  ['a pipe', { isTTY: false }, {}, false],
  ['a terminal with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', { isTTY: true }, { NO_COLOR: '' }, true],
  ['a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
] as const)('%s', (_, stream, environment, coloured) => {
  const painted = colorsFor(stream, environment).red('x');
  expect(painted !== 'x').toBe(coloured);
});
