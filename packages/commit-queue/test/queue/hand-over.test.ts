import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { handOver } from '../../src/queue/hand-over.ts';

test('the producer waits for the consumer, and the end comes after the last value', async () => {
  const told: string[] = [];
  const values = handOver<number>(async (emit) => {
    for (const value of [1, 2, 3]) {
      told.push(`emits ${value}`);
      await emit(value);
    }
    told.push('ends');
  });
  for await (const value of values) told.push(`takes ${value}`);
  expect(told).toEqual(['emits 1', 'takes 1', 'emits 2', 'takes 2', 'emits 3', 'takes 3', 'ends']);
});

test('nothing is handed over where nothing comes, and what is thrown comes out', async () => {
  expect(await handOver(async () => {}).next()).toEqual({ done: true, value: undefined });
  const seen: number[] = [];
  const failing = handOver<number>(async (emit) => {
    await emit(1);
    throw new Error('broken');
  });
  const consume = async () => {
    for await (const value of failing) seen.push(value);
  };
  await expect(consume()).rejects.toThrow('broken');
  expect(seen).toEqual([1]);
});

test('who stops early is left alone, and waits for the producer to end', async () => {
  let isOver = false;
  const values = handOver<number>(async (emit, signal) => {
    for (let value = 1; !signal.aborted; value += 1) await emit(value);
    isOver = true;
  });
  for await (const value of values) if (value === 3) break;
  expect(isOver).toBe(true);
});

test('what has been taken is kept by nobody while more comes', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const refs: WeakRef<object>[] = [];
  const values = handOver<object>(async (emit) => {
    for (let nth = 0; nth < 20; nth += 1) {
      const value = { nth };
      refs.push(new WeakRef(value));
      await emit(value);
    }
  });
  let kept: number | undefined;
  for await (const _ of values) {
    if (refs.length < 20) continue;
    // A reference that has just been made lives until the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    kept = refs.filter((ref) => ref.deref() !== undefined).length;
  }
  expect(kept).toBeLessThan(5);
});
