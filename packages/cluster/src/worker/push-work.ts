import { setTimeout as delay } from 'node:timers/promises';
import { createRemoteRef, GitError, type Repository, SAGE_REFS, updateRefs } from '@sage/git';

/** How long to retry a remote that cannot be reached. */
const PUSH_TIMEOUT_MS = 10 * 60_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Pushes a commit to a new ref, and retries if the remote is down. If that fails, or if the work is no longer wanted
 * (`signal`), it stays in this worker's mirror.
 * @throws {PushError} with the place of the work.
 */
export async function pushWork(
  repository: Repository,
  work: { readonly ref: string; readonly commit: string },
  signal: AbortSignal,
  timeout = PUSH_TIMEOUT_MS,
): Promise<void> {
  const until = performance.now() + timeout;
  for (let pause = 1_000; ; pause = Math.min(2 * pause, MAX_PAUSE_MS)) {
    if (signal.aborted) throw await kept(repository, work, 'nobody waits for it any more');
    try {
      return await createRemoteRef(repository, 'origin', work, { signal });
    } catch (cause) {
      if (!(cause instanceof GitError)) throw cause;
      const final = /stale info|already exists|\[(?:remote )?rejected\]/.test(cause.stderr);
      if (!final && !signal.aborted && performance.now() + pause < until) {
        await delay(pause, undefined, { signal }).catch(() => {});
        continue;
      }
      throw await kept(repository, work, cause.message);
    }
  }
}

async function kept(
  repository: Repository,
  { ref, commit }: { readonly ref: string; readonly commit: string },
  reason: string,
): Promise<PushError> {
  const own = `${SAGE_REFS.interrupted}${ref.replace(SAGE_REFS.work, '')}`;
  await updateRefs(repository, [{ ref: own, old: undefined, new: commit }]);
  return new PushError(`it could not push its work (${reason}), which is in ${repository.root} as ${own}`);
}

export class PushError extends Error {
  override readonly name = 'PushError';
}
