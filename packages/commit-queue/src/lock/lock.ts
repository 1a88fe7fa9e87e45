import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { isErrno, makeFolderWithin, replaceFile } from '@sage/git';
import { setTimeout as delay } from 'node:timers/promises';
import { createFile } from '../durable-file.ts';
import { LockTimeoutError, QueueStoppedError } from '../errors.ts';
import type { LockOwner } from './lock-owner.ts';
import { hasEnded, ownIdentity } from './process-identity.ts';

export interface Lock extends AsyncDisposable {
  readonly owner: LockOwner;
  /**
   * Set if the machine was restarted since the last holder that repaired it. Unsynced writes since this time (ms;
   * Infinity: unknown, assume any time) may be torn. Undefined if there is nothing to repair.
   */
  readonly tornSince: number | undefined;
  /** Records that torn writes have been repaired, so that later holders need not check. */
  repaired(): Promise<void>;
  /** Throws `QueueStoppedError` LOST_LOCK if the lock was taken away (for example, its file was removed by hand). */
  assertHeld(): Promise<void>;
  release(): Promise<void>;
}

export interface LockOptions {
  /** How long to wait for another holder, in ms; 0 tries once. */
  readonly timeout: number;
  /** Shown to programs and people who wait. */
  readonly purpose?: string;
  readonly signal?: AbortSignal;
}

/** After this time (ms) the system has written unsynced data by itself; half a minute is usual. */
const WRITEBACK_LIMIT_MS = 3_600_000;

/**
 * A lock between processes in `<directory>/lock` that uses no clock. Its files are generations 1, 2, 3, ... The
 * creator of the highest generation holds the lock, until that file says `released` or the process has ended. Files
 * appear complete (hard link), so only one of several takers creates generation N+1. The highest generation never
 * disappears, because only the holder of a newer one removes older ones. Throws `LockTimeoutError`.
 */
export async function acquireLock(directory: string, options: LockOptions): Promise<Lock> {
  const folder = join(directory, 'lock');
  await makeFolderWithin(folder);
  const owner: LockOwner = {
    ...(await ownIdentity()),
    token: randomBytes(12).toString('hex'),
    purpose: options.purpose ?? '',
    since: new Date().toISOString(),
  };
  const deadline = performance.now() + options.timeout;
  for (let pause = 5; ; pause = Math.min(pause * 2, 200)) {
    const attempt = await tryLock(folder, owner);
    if (attempt !== undefined && 'generation' in attempt) return held(folder, attempt, owner);
    const left = deadline - performance.now();
    if (attempt !== undefined && left <= 0) throw new LockTimeoutError(attempt.file, attempt.owner);
    options.signal?.throwIfAborted();
    // After a lost race (undefined), try again at once: another process made progress.
    if (attempt !== undefined) await delay(Math.min(pause, left), undefined, { signal: options.signal });
  }
}

/** The holder of the lock in `<directory>/lock`; undefined if nobody holds it. Changes nothing. */
export async function lockOwner(directory: string): Promise<LockOwner | undefined> {
  const folder = join(directory, 'lock');
  for (;;) {
    const names = await generations(folder).catch((error: unknown) => {
      if (isErrno(error, 'ENOENT')) return [];
      throw error;
    });
    const highest = names.at(-1);
    if (highest === undefined) return undefined;
    const content = await readContent(join(folder, fileName(highest)));
    // A newer holder has removed it; look at that one.
    if (content === 'gone') continue;
    return 'token' in content && !(await hasEnded(content)) ? content : undefined;
  }
}

interface Taken {
  readonly generation: number;
  readonly tornSince: number | undefined;
}

async function tryLock(
  folder: string,
  owner: LockOwner,
): Promise<Taken | { file: string; owner: LockOwner } | undefined> {
  const highest = (await generations(folder)).at(-1) ?? 0;
  let tornSince: number | undefined = Infinity;
  if (highest > 0) {
    const file = join(folder, fileName(highest));
    const content = await readContent(file);
    if (content === 'gone') return undefined;
    if ('token' in content && !(await hasEnded(content))) return { file, owner: content };
    const left = 'tornSince' in content ? (content.tornSince ?? Infinity) : undefined;
    if (content.boot === owner.boot) tornSince = left;
    else tornSince = Math.min(left ?? Infinity, (await modified(file)) - WRITEBACK_LIMIT_MS);
  }
  const mine = highest + 1;
  const marked = tornSince === undefined ? owner : { ...owner, tornSince: finiteOrNull(tornSince) };
  // Not synced: after a power cut nobody holds the lock, whatever is left of the file.
  if (!(await createFile(folder, fileName(mine), JSON.stringify(marked), { durable: false })))
    return undefined;
  // Between the check and the link, others may have taken and passed on the lock and removed the generation that
  // would have been in the way. Then a higher one exists, and this one is void.
  const now = await generations(folder);
  if (now.at(-1) !== mine) {
    await rm(join(folder, fileName(mine)), { force: true });
    return undefined;
  }
  for (const older of now) if (older < mine) await rm(join(folder, fileName(older)), { force: true });
  return { generation: mine, tornSince };
}

function held(folder: string, { generation, tornSince }: Taken, owner: LockOwner): Lock {
  const name = fileName(generation);
  let released = false;
  let whole = false;
  const isMine = async () => {
    const content = await readContent(join(folder, name));
    return (
      content !== 'gone' &&
      'token' in content &&
      content.token === owner.token &&
      (await generations(folder)).at(-1) === generation
    );
  };
  const release = async () => {
    if (released) return;
    released = true;
    if (!(await isMine())) return;
    const torn = tornSince === undefined || whole ? {} : { tornSince: finiteOrNull(tornSince) };
    const file = join(folder, name);
    try {
      await replaceFile(file, JSON.stringify({ released: true, boot: owner.boot, ...torn }));
    } catch (error) {
      if (!isErrno(error, 'ENOSPC', 'EDQUOT')) throw error;
      // Truncating needs no disk space, and a file that names no owner leaves the lock free.
      await truncate(file);
    }
  };
  return {
    owner,
    tornSince,
    async repaired() {
      whole = true;
      if (await isMine()) await replaceFile(join(folder, name), JSON.stringify(owner));
    },
    release,
    [Symbol.asyncDispose]: release,
    async assertHeld() {
      if (!released && (await isMine())) return;
      throw new QueueStoppedError(
        'LOST_LOCK',
        `the lock in ${folder} is no longer held by this process: start again`,
      );
    },
  };
}

/** JSON has no Infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

async function modified(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.mtimeMs ?? Infinity;
}

async function generations(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Content that does not name an owner (released, or torn by a power cut) leaves the lock free. */
async function readContent(
  file: string,
): Promise<LockOwner | { boot?: unknown; tornSince?: number | null } | 'gone'> {
  try {
    const content: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content : {};
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 'gone';
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function fileName(generation: number): string {
  return String(generation).padStart(12, '0');
}
