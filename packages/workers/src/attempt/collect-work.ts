import type { UsedWorktree } from '../worktree/used-worktree.ts';

/** How long collecting may take when everything has to end at once. */
const COLLECT_MS = 10_000;

/** Collects the work an agent left; with a time limit when everything has to end at once. */
export async function collectWork(
  worktree: UsedWorktree,
  message: string,
  killSignal: AbortSignal | undefined,
): ReturnType<UsedWorktree['commit']> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const limit = () => (timer = setTimeout(() => late.abort(), COLLECT_MS));
  if (killSignal?.aborted) limit();
  else killSignal?.addEventListener('abort', limit, { once: true });
  try {
    return await worktree.commit(message, late.signal);
  } finally {
    killSignal?.removeEventListener('abort', limit);
    clearTimeout(timer);
  }
}
