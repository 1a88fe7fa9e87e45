import { mkdir, rm, rmdir, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Another tool that holds its lock for longer has died. */
const STALE_LOCK_MS = 10_000;
const LOCK_LOOK_MS = 50;

/** The lock that Task Master takes: a folder beside the file, by way of proper-lockfile, or from its command line a file. */
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
