import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@sage/test-support/temporary-folder';
import { expect, test } from 'vitest';
import { bytesIn } from '../../src/process/disk-watch.ts';
import { repositoryFixture } from '../repository.ts';

test('what is in a folder is counted, at any depth, and links are not followed', async () => {
  const folder = temporaryFolder();
  const other = temporaryFolder();
  mkdirSync(join(folder, 'a/b'), { recursive: true });
  writeFileSync(join(folder, 'a/b/file'), Buffer.alloc(100_000, 1));
  writeFileSync(join(other, 'file'), Buffer.alloc(1_000_000, 1));
  symlinkSync(other, join(folder, 'link'));
  const bytes = await bytesIn(folder, Infinity);
  expect(bytes).toBeGreaterThanOrEqual(100_000);
  expect(bytes).toBeLessThan(300_000);
  expect(await bytesIn(folder, 50_000)).toBeGreaterThan(50_000);
});

test.each([
  [
    'disk',
    'wrote more to the disk',
    { maxDisk: 5_000_000 },
    'head -c 20000000 /dev/zero > big; sync; sleep 1000',
  ],
  [
    'processes',
    'started more processes',
    { maxProcesses: 20 },
    'for i in $(seq 40); do sleep 1000 & done; wait',
  ],
  ['output', 'printed more than its limit', { maxOutput: 100_000 }, 'head -c 200000 /dev/zero; sleep 1000'],
])('an agent that passes its limit of %s is ended', async (_, reason, limits, command) => {
  const { workers, request } = await repositoryFixture();
  const room = await workers(command, 60_000, { limits });
  expect(await room.run(request('A-1'))).toMatchObject({
    outcome: 'failed',
    category: 'agent_failed',
    reason: expect.stringContaining(reason) as unknown,
  });
});
