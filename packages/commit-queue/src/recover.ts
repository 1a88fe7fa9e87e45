import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listRefs, type Repository } from '@sage/git';
import { completeIntent } from './complete-intent.ts';
import { removeFile } from './durable-file.ts';
import { intentSchema, type QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { isErrno } from './errors.ts';
import { pinOf, removePin, settleLanded } from './land.ts';
import { recoverGroup } from './land-group.ts';
import { INTENT_FILE } from './land-managed-files.ts';
import { removeLeftLocks } from './left-locks.ts';

/**
 * Completes what a killed process left half done; the lock must be held. Asks the ref, never a flag: where the
 * intended commit is reachable from the target (or another one there carries the entry), it has landed and its
 * checkouts follow; otherwise the intent is forgotten and the entry lands anew. Returns the entries settled.
 */
export async function recoverQueue(repository: Repository, store: EntryStore): Promise<QueueEntry[]> {
  await recoverManagedFiles(repository, store.directory);
  const settled = await recoverGroup(repository, store);
  const { entries } = await store.read();
  for (const entry of entries) {
    if (entry.state !== 'queued' || !entry.intent) continue;
    const landed = await completeIntent(repository, entry.target, entry.intent, entry);
    if (landed !== undefined) settled.push(await settleLanded(repository, store, entry, landed));
    else {
      const { intent: _, ...rest } = entry;
      await store.write(entry, rest);
    }
  }
  const landed = new Set(entries.filter(({ state }) => state === 'landed').map(({ id }) => pinOf(id)));
  for (const { ref, oid } of await listRefs(repository, 'refs/sage/queue')) {
    if (!landed.has(ref)) continue;
    await removeLeftLocks(repository, ref, oid);
    await removePin(repository, ref.slice(pinOf('').length));
  }
  return settled;
}

async function recoverManagedFiles(repository: Repository, directory: string): Promise<void> {
  const text = await readFile(join(directory, INTENT_FILE), 'utf8').catch((error: unknown) => {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (text === undefined) return;
  const { target, ...intent } = intentSchema.parse(JSON.parse(text));
  await completeIntent(repository, target, intent);
  await removeFile(directory, INTENT_FILE);
}
