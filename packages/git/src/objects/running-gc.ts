import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isErrno } from '../errors.ts';
import type { Repository } from '../repository.ts';

/** From git's builtin/gc.c: an older lock of another machine is stale. */
const STALE_MS = 12 * 3_600_000;
/** Pause between two checks. */
const LOOK_MS = 100;

/** Waits while the user's `git gc` runs in a repository. It deletes objects that were unreferenced when it began. */
export async function waitForGc(repository: Repository, signal?: AbortSignal): Promise<void> {
  while (await gcIsRunning(repository)) await delay(LOOK_MS, undefined, signal && { signal });
}

/** Whether the user's `git gc` is running in a repository. */
export async function gcIsRunning({ commonDir }: Repository): Promise<boolean> {
  const file = join(commonDir, 'gc.pid');
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(file, 'utf8'), stat(file)]);
    const [pid = '', host = ''] = text.trim().split(' ');
    if (host !== hostname()) return Date.now() - mtimeMs < STALE_MS;
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // The process is alive and belongs to another user.
    return isErrno(error, 'EPERM');
  }
}
