import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { planStream } from '../../src/forecast/plan.ts';
import { backlogRepository } from './backlog-repository.ts';

const tickets = ['A-1', 'A-2'].map((id) => ({ id, estimated_minutes: 10 }));

test('a plan says what it costs as soon as earlier attempts told what they did', async () => {
  const directory = await backlogRepository(tickets);
  expect((await planStream({ directory, maxAttempts: 1 })).forecast).not.toHaveProperty('cost');
  const finished = {
    v: 1,
    event: 'attempt.finished',
    ticket: 'A-0',
    seconds: 300,
    outcome: 'failed',
    costUsd: 1,
  };
  await mkdir(join(directory, '.sage/runs/1'), { recursive: true });
  await writeFile(join(directory, '.sage/runs/1/journal.jsonl'), `${JSON.stringify(finished)}\n`);
  const { cost, ...minutes } = (await planStream({ directory, maxAttempts: 1 })).forecast;
  // One worker that never waits: the run is as long as its attempts together, at 0.20 USD a minute.
  for (const share of ['low', 'expected', 'high'] as const)
    expect(cost![share]).toBeCloseTo(minutes[share] * 0.2, 1);
  expect(cost!.low).toBeLessThan(cost!.high);
});
