import { virtualClock } from '@sage/test-support';
import { expect, test } from 'vitest';
import { LiveInputs } from '../../src/live/live-inputs.ts';

function input(name: string, taken: string[]) {
  const state = { changed: false, fails: false };
  return {
    state,
    async hasChanged() {
      if (state.fails) throw new Error('unreadable');
      return state.changed;
    },
    async take() {
      state.changed = false;
      taken.push(name);
    },
  };
}

test('only what has changed is taken, in order', async () => {
  const taken: string[] = [];
  const [one, two, three] = ['one', 'two', 'three'].map((name) => input(name, taken)) as [
    ReturnType<typeof input>,
    ReturnType<typeof input>,
    ReturnType<typeof input>,
  ];
  const inputs = new LiveInputs([one, two, three], virtualClock());
  expect(await inputs.hasChanged()).toBe(false);
  one.state.changed = three.state.changed = true;
  expect(await inputs.hasChanged()).toBe(true);
  await inputs.take();
  expect(taken).toEqual(['one', 'three']);
});

test('changes are noticed within a second, until it is closed', async () => {
  const clock = virtualClock();
  const one = input('one', []);
  const inputs = new LiveInputs([one], clock);
  let noticed = 0;
  inputs.watch(() => (noticed += 1));
  await clock.advance(3_000);
  expect(noticed).toBe(0);
  one.state.changed = true;
  await clock.advance(1_000);
  expect(noticed).toBe(1);
  inputs.close();
  await clock.advance(5_000);
  expect(noticed).toBe(1);
  expect(clock.nextTimer()).toBeUndefined();
});

test('an input that cannot be looked at is a change: whoever takes it says why', async () => {
  const clock = virtualClock();
  const one = input('one', []);
  const inputs = new LiveInputs([one], clock);
  let noticed = 0;
  inputs.watch(() => (noticed += 1));
  one.state.fails = true;
  await clock.advance(1_000);
  expect(noticed).toBe(1);
  inputs.close();
});
