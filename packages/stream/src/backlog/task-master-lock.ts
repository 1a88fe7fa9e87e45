import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** If another tool holds its lock for longer, it has died. */
const STALE_LOCK_MS = 10_000;
const LOCK_LOOK_MS = 50;

/**
 * Takes the lock of Task Master: a folder next to the file, as made by proper-lockfile, or a file, as made by its
 * command line.
 */
export async function taskMasterLock(file: string): Promise<AsyncDisposable> {
  const folder = `${file}.lock`;
  for (;;) {
    try {
      await mkdir(folder);
      return { [Symbol.asyncDispose]: async () => rmdir(folder).catch(() => {}) };
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const held = await stat(folder).catch(() => undefined);
    if (held && Date.now() - held.mtimeMs > STALE_LOCK_MS) await rm(folder, { recursive: true, force: true });
    else await delay(LOCK_LOOK_MS);
  }
}
