import { join } from 'node:path';
import { acquireLock, LockTimeoutError } from '@sage/commit-queue';
import type { Repository } from '@sage/git';
import { CannotStartError } from './errors.ts';

/** One run per repository, whichever of its checkouts it is started in. */
export async function onlyRun(repository: Repository) {
  try {
    return await acquireLock(join(repository.commonDir, 'sage'), { timeout: 0, purpose: 'sage stream' });
  } catch (cause) {
    if (!(cause instanceof LockTimeoutError)) throw cause;
    const { pid, since } = cause.owner;
    throw new CannotStartError(
      'ALREADY_RUNNING',
      `another sage stream works in this repository (process ${pid}, since ${since}): wait for it, or end it with Ctrl-C`,
      { cause },
    );
  }
}
