import { virtualClock } from '@sage/test-support';
import { expect, test } from 'vitest';
import { keepWork } from '../../src/attempts/keep-work.ts';
import type { WorkerPool } from '../../src/ports.ts';

const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });

/** Keeps work only after so many failures. */
function keeping(failures: number, error: Error = full) {
  const clock = virtualClock();
  const notices: string[] = [];
  const stop = new AbortController();
  let left = failures;
  const keep: WorkerPool['keep'] = async (ticket) => {
    left -= 1;
    if (left >= 0) throw error;
    return `refs/sage/deferred/${ticket}`;
  };
  const workers = { keep } as WorkerPool;
  const context = { workers, clock, notice: (line: string) => void notices.push(line), stop: stop.signal };
  const kept = keepWork({ ...context, killSignal: new AbortController().signal }, 'A-1', 'c1', 'deferred');
  return { kept, clock, notices, stop };
}

test('work that cannot be kept for want of the machine is kept when that has recovered', async () => {
  const { kept, clock, notices } = keeping(3);
  await clock.advance(14_000);
  expect(await kept).toBe('refs/sage/deferred/A-1');
  expect(notices).toEqual(
    [2, 4, 8].map(
      (seconds) =>
        `A-1: its work cannot be kept: ENOSPC: no space left on device; trying again in ${seconds} s`,
    ),
  );
});

test('a machine that does not recover, a stop and any other error end the waiting', async () => {
  const broken = keeping(9);
  const failed = broken.kept.catch((error: unknown) => error);
  await broken.clock.advance(14_000);
  expect(await failed).toBe(full);
  const stopped = keeping(9);
  await stopped.clock.settle();
  stopped.stop.abort();
  await expect(stopped.kept).rejects.toBe(full);
  const other = new Error('a bug');
  await expect(keeping(1, other).kept).rejects.toBe(other);
});
