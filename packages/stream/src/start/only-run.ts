import { join } from 'node:path';
import { acquireLock, type LockOwner, lockOwner, LockTimeoutError } from '@sage/commit-queue';
import { makeTopFolder, type Repository, sharedPermissions } from '@sage/git';
import { CannotStartError } from '../errors.ts';

const PURPOSE = 'sage stream';

/**
 * Allows only one run for a repository, in whichever checkout it is started, and nothing that must not happen during
 * a run.
 */
export async function onlyRun(repository: Repository, purpose = PURPOSE) {
  // Below the git directory, so that a refused run leaves nothing in the checkout.
  await makeTopFolder(join(folder(repository), 'lock'), await sharedPermissions(repository));
  try {
    return await acquireLock(folder(repository), { timeout: 0, purpose });
  } catch (cause) {
    if (!(cause instanceof LockTimeoutError)) throw cause;
    const { pid, since, purpose: other } = cause.owner;
    throw new CannotStartError(
      'ALREADY_RUNNING',
      `another ${other} works in this repository (process ${pid}, since ${since}): wait for it, or end it with Ctrl-C`,
      { cause },
    );
  }
}

/** The coordinator of the run that is active in one of the repository's checkouts. */
export async function coordinator(repository: Repository): Promise<LockOwner | undefined> {
  const owner = await lockOwner(folder(repository));
  return owner?.purpose === PURPOSE ? owner : undefined;
}

function folder({ commonDir }: Repository): string {
  return join(commonDir, 'sage');
}
