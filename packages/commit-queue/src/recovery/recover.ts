import { GitSession, listRefs } from '@sage/git';
import { completeIntent, type RecoveryContext } from './complete-intent.ts';
import type { QueueEntry } from '../entries/entry.ts';
import type { EntryStore } from '../entries/entry-store.ts';
import { readIntent, removeIntent } from '../checkouts/intent.ts';
import { removeStaleLocks } from './stale-locks.ts';
import { isOnTarget, pinOf, removePin } from '../entries/pins.ts';
import { settleLanded } from '../landing/settle.ts';

/**
 * Completes what a killed process left half done; the lock must be held. Asks the ref, never a flag: where the
 * intended commit is reachable from the target it has landed, and its checkouts follow; otherwise the intent is
 * forgotten and its entries land anew. Returns the entries settled.
 */
export async function recoverQueue(context: RecoveryContext, store: EntryStore): Promise<QueueEntry[]> {
  const { repository } = context;
  const settled = await recoverIntent(context, store);
  const { entries } = await store.read();
  const byPin = new Map(entries.map((entry) => [pinOf(entry.id), entry]));
  for (const { ref, oid } of await listRefs(repository, 'refs/sage/queue')) {
    const entry = byPin.get(ref);
    if (entry === undefined || !(await isOnTarget(repository, entry))) continue;
    await removeStaleLocks(repository, ref, oid);
    await removePin(repository, entry.id);
  }
  return settled;
}

async function recoverIntent(context: RecoveryContext, store: EntryStore): Promise<QueueEntry[]> {
  const { repository, onStep } = context;
  const intent = await readIntent(store.directory);
  if (intent === undefined) return [];
  let settled: QueueEntry[] = [];
  const outcome = await completeIntent(context, intent);
  if (outcome === 'unknown') return [];
  if (outcome === 'made') {
    const entries = new Map((await store.read()).entries.map((entry) => [entry.id, entry]));
    const landings = intent.entries.flatMap(({ id, commit }) => {
      const entry = entries.get(id);
      return entry?.state === 'queued' ? [{ entry, commit }] : [];
    });
    await using session = new GitSession(repository);
    settled = await settleLanded(session, store, landings, onStep);
  }
  await removeIntent(store.directory);
  onStep?.('intent-forgotten');
  return settled;
}
