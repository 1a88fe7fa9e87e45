import { GitSession, listRefs, type Repository } from '@sage/git';
import { completeIntent } from './complete-intent.ts';
import type { QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { readIntent, removeIntent } from './intent.ts';
import { removeLeftLocks } from './left-locks.ts';
import { pinOf, removePin, settleLanded } from './settle.ts';

/**
 * Completes what a killed process left half done; the lock must be held. Asks the ref, never a flag: where the
 * intended commit is reachable from the target it has landed, and its checkouts follow; otherwise the intent is
 * forgotten and its entries land anew. Returns the entries settled.
 */
export async function recoverQueue(repository: Repository, store: EntryStore): Promise<QueueEntry[]> {
  const settled = await recoverIntent(repository, store);
  const { entries } = await store.read();
  const landed = new Set(entries.filter(({ state }) => state === 'landed').map(({ id }) => pinOf(id)));
  for (const { ref, oid } of await listRefs(repository, 'refs/sage/queue')) {
    if (!landed.has(ref)) continue;
    await removeLeftLocks(repository, ref, oid);
    await removePin(repository, ref.slice(pinOf('').length));
  }
  return settled;
}

async function recoverIntent(repository: Repository, store: EntryStore): Promise<QueueEntry[]> {
  const intent = await readIntent(store.directory);
  if (intent === undefined) return [];
  let settled: QueueEntry[] = [];
  if (await completeIntent(repository, intent)) {
    const commits = new Map(intent.entries.map(({ id, commit }) => [id, commit]));
    const { entries } = await store.read();
    const landings = entries.flatMap((entry) => {
      const commit = entry.state === 'queued' ? commits.get(entry.id) : undefined;
      return commit === undefined ? [] : [{ entry, commit }];
    });
    await using session = new GitSession(repository);
    settled = await settleLanded(session, store, landings);
  }
  await removeIntent(store.directory);
  return settled;
}
