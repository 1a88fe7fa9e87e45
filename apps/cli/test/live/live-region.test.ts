import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveRegion } from '../../src/live/live-region.ts';
import { VirtualScreen } from './screen.ts';

const view = (...texts: string[]) => texts.map((text) => `| ${text}`);

test('lines that stay stand above the region, and its end leaves nothing of it', async () => {
  const screen = new VirtualScreen(40, 10);
  const region = new LiveRegion(screen);
  region.print('one');
  region.update(view('a', 'b'));
  region.print('two\n');
  region.update(view('a', 'changed'));
  expect(await screen.lines()).toEqual(['one', 'two', '| a', '| changed']);
  region.clear();
  region.print('three');
  expect(await screen.lines()).toEqual(['one', 'two', 'three']);
});

test('only what has changed is written', () => {
  const screen = new VirtualScreen(80, 10);
  const region = new LiveRegion(screen);
  region.update(view('a long line whose end changes 1s', 'another one'));
  const before = screen.bytes;
  region.update(view('a long line whose end changes 2s', 'another one'));
  expect(screen.bytes - before).toBeLessThan(50);
  region.update(view('a long line whose end changes 2s', 'another one'));
  expect(screen.bytes - before).toBeLessThan(50);
});

test('no other screen, no hidden cursor, nothing erased but lines', () => {
  const screen = new VirtualScreen(40, 10);
  const region = new LiveRegion(screen);
  region.update(view('a', 'b'));
  region.print('one');
  region.update(view('a'));
  region.clear();
  const sequences = screen.written.split('\u001B').slice(1);
  expect(sequences.filter((one) => /^\[(\?1049|\?25|[0-3]?J|s|u)/.test(one))).toEqual([]);
});

const text = fc.string({ unit: fc.constantFrom('a', 'b', '日', 'é', ' ', 'x'), maxLength: 18 });
const step = fc.oneof(
  fc.record({ print: fc.string({ unit: fc.constantFrom('l', 'm', 'n'), minLength: 1, maxLength: 90 }) }),
  fc.record({ print: fc.constantFrom('x'.repeat(900), 'two\nlines') }),
  fc.record({ update: fc.array(text, { minLength: 3, maxLength: 3 }) }),
  fc.record({ update: fc.array(text, { minLength: 1, maxLength: 4 }) }),
  fc.record({ columns: fc.constantFrom(24, 30, 41, 80) }),
);

test('whatever is printed, shown and resized, the screen has the lines that stay and then the region', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const screen = new VirtualScreen(80, 12);
      const region = new LiveRegion(screen);
      const printed: string[] = [];
      let shown: string[] = [];
      for (const one of steps) {
        if ('print' in one) {
          printed.push(...one.print.split('\n'));
          region.print(one.print);
        } else if ('update' in one) {
          shown = one.update.map((line) => `|${line.trimEnd()}|`);
          region.update(shown);
        } else await screen.resize(one.columns, 12);
      }
      region.update(shown);
      expect(await screen.lines()).toEqual([...printed, ...shown]);
      region.clear();
      expect(await screen.lines()).toEqual(printed);
    }),
    { numRuns: 60 },
  );
});
