import { gcIsRunning, GitError, RefMovedError, waitForGc } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { QueueStoppedError, UnfinishedLandingError } from '../errors.ts';
import type { LandingContext } from './landing-context.ts';
import { isMissingObject } from './candidate-refs.ts';
import type { StagedLanding } from './staged-landing.ts';
import { moveTarget } from '../checkouts/move-target.ts';
import { settleLanded } from './settle.ts';

/**
 * Lands a chain like {@link landTogether}. If the checkout cannot follow all of them, lands one by one as far as
 * possible. Only for a chain in which the target may stop at any commit.
 */
export async function landChain(
  context: LandingContext,
  tip: string,
  chain: readonly StagedLanding[],
): Promise<string | undefined> {
  try {
    return await landTogether(context, tip, chain);
  } catch (error) {
    if (!(error instanceof QueueStoppedError) || error.code !== 'DIRTY_OVERLAP' || chain.length === 1)
      throw error;
  }
  let now = tip;
  for (const staged of chain) {
    const landed = await landTogether(context, now, [staged]);
    // Report what has landed; the rest is rebuilt on the new tip.
    if (landed === undefined) return now === tip ? undefined : now;
    now = landed;
  }
  return now;
}

/**
 * Lands consecutive landings on top of `tip`, with one sync, one compare-and-swap and one move of the checkouts for
 * all. Returns the new tip. Returns undefined, with nothing landed, if someone else has moved the target, or if a
 * `git gc` may have deleted some of the objects.
 */
export async function landTogether(
  context: LandingContext,
  tip: string,
  chain: readonly StagedLanding[],
): Promise<string | undefined> {
  const { repository, store, session, onStep } = context;
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return tip;
  await Promise.all(chain.map(({ verification }) => verification));
  const move = {
    target: first.entry.target,
    old: tip,
    new: last.commit,
    files: chain.flatMap(({ files }) => files),
    entries: chain.map(({ entry, commit }) => ({ id: entry.id, commit })),
    made: { commits: chain.map(({ commit }) => commit), base: first.entry.base },
  };
  // It deletes objects that were unreferenced when it began. The chain is staged again when it is over.
  if (await gcIsRunning(repository)) {
    await waitForGc(repository);
    return undefined;
  }
  let settled: QueueEntry[] = [];
  const settle = async () => {
    settled = await settleLanded(session, store, chain, onStep);
  };
  const report = async () => {
    for (const [n, entry] of settled.entries()) await context.onSettled(entry, chain[n]?.files);
  };
  try {
    await moveTarget({ ...context, directory: store.directory }, move, settle);
  } catch (error) {
    if (error instanceof RefMovedError) return undefined;
    const gone = timesGone.get(session) ?? 0;
    if (lacksObject(error) && gone < GONE_MAX) {
      timesGone.set(session, gone + 1);
      await waitForGc(repository);
      return undefined;
    }
    // What has landed is still reported.
    if (error instanceof UnfinishedLandingError) await report();
    throw error;
  }
  timesGone.delete(session);
  await report();
  return last.commit;
}

/**
 * How often objects of a landing had disappeared, because a `git gc` ran in between. If it happens too often, the
 * objects are damaged.
 */
const timesGone = new WeakMap<object, number>();
const GONE_MAX = 5;

function lacksObject(error: unknown): boolean {
  const told = error instanceof QueueStoppedError ? error.cause : error;
  return told instanceof GitError && isMissingObject(told);
}
