import { listRefs, removeLeftLocks, type Repository, SAGE_REFS } from '@sage/git';
import { completeIntent, type RecoveryContext } from './complete-intent.ts';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import { type Intent, readIntents, removeIntent } from '../checkouts/intent.ts';
import { UnfinishedLandingError } from '../errors.ts';
import { removeStaleLocks } from './stale-locks.ts';
import { isOnTarget, pinOf, removePin } from '../entries/pins.ts';
import { settleLanded } from '../landing/settle.ts';

export interface Recovery {
  /** The entries that it settled. */
  readonly settled: readonly QueueEntry[];
  /** The first landing whose checkouts still cannot follow. Nothing may land before they have. */
  readonly failure: UnfinishedLandingError | undefined;
}

/**
 * Completes what a killed process left unfinished; the lock must be held. The ref decides, never a flag. If the
 * intended commit is reachable from the target, it has landed, and its checkouts follow. Otherwise the intent is
 * dropped and its entries land again.
 */
export async function recoverQueue(context: RecoveryContext, store: EntryStore): Promise<Recovery> {
  const { repository } = context;
  const settled: QueueEntry[] = [];
  let failure: UnfinishedLandingError | undefined;
  const intents = await readIntents(store.directory);
  for (const stored of intents) {
    const { intent } = stored;
    const completion = await completeIntent(context, intent);
    if (completion.move === 'made') settled.push(...(await settleIntent(context, store, intent)));
    if (completion.failure !== undefined)
      failure ??= new UnfinishedLandingError(intent.target, intent.new, completion.failure);
    else if (completion.move !== 'unknown') {
      await removeIntent(store.directory, stored.name);
      context.onStep?.('intent-forgotten');
    }
  }
  await removeLeftLocks(repository);
  // Pins of landed work can only exist as long as the intent of their landing does.
  if (intents.length > 0) await removePinsOfLanded(repository, store);
  return { settled, failure };
}

async function removePinsOfLanded(repository: Repository, store: EntryStore): Promise<void> {
  const { entries } = await store.read();
  const byPin = new Map(entries.map((entry) => [pinOf(entry.id), entry]));
  for (const { ref, oid } of await listRefs(repository, SAGE_REFS.queue)) {
    const entry = byPin.get(ref);
    if (entry === undefined || !(await isOnTarget(repository, entry))) continue;
    await removeStaleLocks(repository, ref, oid);
    await removePin(repository, entry.id);
  }
}

async function settleIntent(
  { session, onStep }: RecoveryContext,
  store: EntryStore,
  intent: Intent,
): Promise<QueueEntry[]> {
  const entries = new Map((await store.read()).entries.map((entry) => [entry.id, entry]));
  const landings = intent.entries.flatMap(({ id, commit }) => {
    const entry = entries.get(id);
    return entry?.state === 'queued' ? [{ entry, commit }] : [];
  });
  if (landings.length === 0) return [];
  return settleLanded(session, store, landings, onStep);
}
