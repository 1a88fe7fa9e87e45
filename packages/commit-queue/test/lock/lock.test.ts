import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { acquireLock, lockOwner, LockTimeoutError } from '../../src/index.ts';
import { hasEnded, ownIdentity } from '../../src/lock/process-identity.ts';
import { ended, firstLine, start } from '../child.ts';
import { fill, smallDisk } from '../small-disk.ts';
import { temporaryFolder } from '@sage/test-support/temporary-folder';

const files = (directory: string) => readdirSync(join(directory, 'lock'));

function plant(directory: string, content: unknown, name = '000000000007'): void {
  mkdirSync(join(directory, 'lock'), { recursive: true });
  writeFileSync(
    join(directory, 'lock', name),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
}

test('one holds it, the other learns who, and gets it after the release', async () => {
  const directory = temporaryFolder();
  const first = await acquireLock(directory, { timeout: 0, purpose: 'landing' });
  const refused = acquireLock(directory, { timeout: 0 });
  await expect(refused).rejects.toThrow(LockTimeoutError);
  await expect(refused).rejects.toMatchObject({
    owner: { pid: process.pid, purpose: 'landing', host: first.owner.host },
  });
  const waiting = acquireLock(directory, { timeout: 60_000 });
  await first.assertHeld();
  await first.release();
  await first.release();
  const second = await waiting;
  await second.assertHeld();
  await expect(first.assertHeld()).rejects.toMatchObject({ code: 'LOST_LOCK' });
  await second.release();
  expect(files(directory)).toHaveLength(1);
});

test('a release after the lock was taken away does not free the new holder', async () => {
  const directory = temporaryFolder();
  const first = await acquireLock(directory, { timeout: 0 });
  rmSync(join(directory, 'lock', files(directory)[0] ?? ''));
  await expect(first.assertHeld()).rejects.toMatchObject({ code: 'LOST_LOCK' });
  const second = await acquireLock(directory, { timeout: 0 });
  await first.release();
  await second.assertHeld();
});

test('who holds it can be asked without a trace', async () => {
  const directory = temporaryFolder();
  expect(await lockOwner(directory)).toBeUndefined();
  expect(readdirSync(directory)).toEqual([]);
  const lock = await acquireLock(directory, { timeout: 0, purpose: 'landing' });
  expect(await lockOwner(directory)).toMatchObject({ pid: process.pid, purpose: 'landing' });
  await lock.release();
  expect(await lockOwner(directory)).toBeUndefined();
  const child = start(['hold', directory]);
  await firstLine(child);
  expect(await lockOwner(directory)).toMatchObject({ pid: child.pid });
  child.kill('SIGKILL');
  await ended(child);
  expect(await lockOwner(directory)).toBeUndefined();
});

test('the lock of a killed process is taken over', async () => {
  const directory = temporaryFolder();
  const child = start(['hold', directory]);
  expect(await firstLine(child)).toBe('held');
  await expect(acquireLock(directory, { timeout: 0 })).rejects.toMatchObject({
    owner: { pid: child.pid, purpose: 'to be killed' },
  });
  child.kill('SIGKILL');
  await ended(child);
  await using lock = await acquireLock(directory, { timeout: 0 });
  await lock.assertHeld();
  expect(files(directory)).toHaveLength(1);
});

test('a pid that another process has now does not hold the lock', async () => {
  const directory = temporaryFolder();
  plant(directory, { ...(await ownIdentity()), start: '1', token: 'x', purpose: '', since: '' });
  await using lock = await acquireLock(directory, { timeout: 0 });
  await expect(lock.assertHeld()).resolves.toBeUndefined();
});

test('before the last boot every lock is stale; on another host or in another container none is', async () => {
  const mine = await ownIdentity();
  expect(await hasEnded(mine)).toBe(false);
  expect(await hasEnded({ ...mine, boot: 'earlier' })).toBe(true);
  expect(await hasEnded({ ...mine, pid: 2 ** 22 + 1 })).toBe(true);
  expect(await hasEnded({ ...mine, boot: 'other', host: 'elsewhere.example' })).toBe(false);
  expect(await hasEnded({ ...mine, space: 'pid:[1]', pid: 2 ** 22 + 1 })).toBe(false);
  const directory = temporaryFolder();
  plant(directory, { ...mine, host: 'elsewhere.example', token: 'x', purpose: 'p', since: 's' });
  const error = await acquireLock(directory, { timeout: 0 }).catch((caught: unknown) => caught);
  expect(String(error)).toContain('elsewhere.example');
  expect(String(error)).toContain(join(directory, 'lock/000000000007'));
});

test('an empty or torn lock file, left by a power cut, holds nothing', async () => {
  for (const content of ['', '{"token": "x', 'null', '[]']) {
    const directory = temporaryFolder();
    plant(directory, content);
    await using lock = await acquireLock(directory, { timeout: 0 });
    await expect(lock.assertHeld()).resolves.toBeUndefined();
  }
});

test('waiting ends with the reason of the signal', async () => {
  const directory = temporaryFolder();
  await using _ = await acquireLock(directory, { timeout: 0 });
  const controller = new AbortController();
  const waiting = acquireLock(directory, { timeout: 60_000, signal: controller.signal });
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow(/enough|aborted/);
});

test('many contenders in many processes never lose an increment', async () => {
  const directory = temporaryFolder();
  writeFileSync(join(directory, 'counter'), '0');
  const children = [1, 2, 3].map(() => start(['count', directory, '25']));
  const here = async () => {
    for (let n = 0; n < 10; n += 1) {
      await using lock = await acquireLock(directory, { timeout: 60_000 });
      const value = Number(readFileSync(join(directory, 'counter'), 'utf8'));
      await lock.assertHeld();
      writeFileSync(join(directory, 'counter'), String(value + 1));
    }
  };
  await Promise.all([here(), here(), ...children.map(ended)]);
  expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
  expect(readFileSync(join(directory, 'counter'), 'utf8')).toBe('95');
  expect(files(directory)).toHaveLength(1);
});

test('a holder of this boot that has ended holds nothing, whatever the machine was called then', async () => {
  const directory = temporaryFolder();
  const own = await ownIdentity();
  plant(directory, { ...own, host: 'another-name', pid: 2 ** 30, token: 't', purpose: '', since: '' });
  await using lock = await acquireLock(directory, { timeout: 0 });
  expect(lock.owner.pid).toBe(process.pid);
});

test('what a power cut may have torn stays known until a holder has repaired it', async () => {
  const directory = temporaryFolder();
  plant(directory, { released: true, boot: 'another boot' });
  const first = await acquireLock(directory, { timeout: 0 });
  expect(first.tornSince).toBeTypeOf('number');
  await first.release();
  const second = await acquireLock(directory, { timeout: 0 });
  expect(second.tornSince).toBe(first.tornSince);
  await second.repaired();
  await second.release();
  const third = await acquireLock(directory, { timeout: 0 });
  expect(third.tornSince).toBeUndefined();
});

test('what a killed holder did not repair is left to the next one', async () => {
  const directory = temporaryFolder();
  plant(directory, { released: true, boot: 'another boot' });
  const child = start(['hold', directory]);
  await firstLine(child);
  child.kill('SIGKILL');
  await ended(child);
  await using lock = await acquireLock(directory, { timeout: 0 });
  expect(lock.tornSince).toBeTypeOf('number');
});

test('a lock that is released on a full disk is free for others', async () => {
  const folder = smallDisk();
  if (folder === undefined) return;
  const lock = await acquireLock(folder, { timeout: 0 });
  const filler = join(folder, 'filler');
  fill(folder, filler);
  await lock.release();
  expect(await lockOwner(folder)).toBeUndefined();
  rmSync(filler);
  await (await acquireLock(folder, { timeout: 0 })).release();
});
