import { expect, test } from 'vitest';
import { streamCommand } from '../src/commands/stream.ts';
import { nextCommands } from '../src/next-commands.ts';

const next = (typed: object, isNewest: boolean, directory = '.') =>
  nextCommands(streamCommand(), directory, { auto: true, ...typed }, isNewest);

test('after the newest run sage retry says all: it has the flags of that run', () => {
  expect(next({ parallel: '3' }, true).retryDeferred(['A-1'])).toBe('sage retry');
  expect(next({}, true, '../my shop').retryDeferred(['A-1'])).toBe("sage retry -C '../my shop'");
  expect(next({ parallel: '3' }, true).retry(['A-1', 'A-2'])).toBe('sage retry A-1 A-2');
  expect(next({}, true).retry(['-x', "it's"])).toBe("sage retry -- -x 'it'\\''s'");
});

test('a run on a branch that was named goes on there', () => {
  expect(next({ parallel: '3' }, true).resume).toBe('sage stream --resume');
  expect(next({ target: 'a b' }, true, '../shop').resume).toBe(
    "sage stream -C ../shop --target='a b' --resume",
  );
});

test('a run about some tickets tries those again', () => {
  expect(next({ component: 'api' }, true).retryDeferred(['A-1'])).toBe('sage retry A-1');
  expect(next({ only: 'A-1,A-2' }, true).retryDeferred(['A-2'])).toBe('sage retry A-2');
});

test('after an older run its own flags are there', () => {
  expect(next({ parallel: '3' }, false).retryDeferred(['A-1'])).toBe(
    'sage stream --auto --parallel=3 --retry-deferred',
  );
  expect(next({ parallel: '3', component: 'api' }, false).retry(['A-1'])).toBe(
    'sage stream --auto --parallel=3 --only=A-1',
  );
});
