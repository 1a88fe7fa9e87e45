import type { QueueEntry } from '../entries/entry.ts';
import { workKey } from '../entries/entry-store.ts';
import { isOfEntry, QueueStoppedError } from '../errors.ts';
import { GROUP_MAX_ENTRIES, landGroup } from '../landing/land-group.ts';
import { landVerified, type Verification } from '../verification/land-verified.ts';
import type { LandingContext } from '../landing/landing-context.ts';
import type { ManagedFile } from '../checkouts/managed-files.ts';
import { settleLanded } from '../landing/settle.ts';

export interface ProcessOptions {
  /** Full ref; only entries for this branch. */
  readonly target?: string;
  readonly signal?: AbortSignal;
}

/** An entry whose state has changed: landed, conflicted or rejected. */
export type SettledEntry = QueueEntry & {
  /** What `managedFiles` returned for the commit that landed; empty if the entry was refused or recovered. */
  readonly managedFiles: readonly ManagedFile[];
};

/** Lands queued entries in order of arrival, including those that arrive in the meantime. The lock must be held. */
export async function landQueued(
  context: LandingContext,
  verification: Verification | undefined,
  { target, signal }: ProcessOptions,
): Promise<void> {
  const { session, store, onSettled } = context;
  const tried = new Set<string>();
  const stopped = new Map<string, QueueStoppedError>();
  const failed: QueueStoppedError[] = [];
  const landed = new Map<string, QueueEntry>();
  const telling: LandingContext = {
    ...context,
    onSettled: async (entry, managedFiles) => {
      tried.add(entry.id);
      if (entry.state === 'landed') landed.set(workKey(entry), entry);
      await onSettled(entry, managedFiles);
    },
    onFailed: (entry, error) => {
      tried.add(entry.id);
      failed.push(cannotLand(entry, error));
    },
  };
  for (;;) {
    const { entries } = await store.read();
    for (const each of entries) if (each.state === 'landed') landed.set(workKey(each), each);
    const open = entries.filter(
      (entry) =>
        entry.state === 'queued' && !tried.has(entry.id) && (target ?? entry.target) === entry.target,
    );
    if (open.length === 0) break;
    for (const entry of open) {
      if (signal?.aborted) return;
      if (tried.has(entry.id) || stopped.has(entry.target)) {
        tried.add(entry.id);
        continue;
      }
      const rest = open.filter(({ id }) => !tried.has(id));
      tried.add(entry.id);
      try {
        // If the same work is enqueued twice at once, both entries may be seen before one of them withdraws.
        const twin = landed.get(workKey(entry));
        if (twin) {
          const commit = twin.landed ?? entry.commit;
          for (const each of await settleLanded(session, store, [{ entry, commit }]))
            await telling.onSettled(each);
          continue;
        }
        const group = groupOf(rest, landed);
        if (verification) await landVerified(telling, verification, group, signal);
        else await landGroup(telling, group.slice(0, GROUP_MAX_ENTRIES));
      } catch (error) {
        if (isOfEntry(error)) failed.push(cannotLand(entry, error));
        else if (error instanceof QueueStoppedError && error.code !== 'LOST_LOCK')
          stopped.set(entry.target, error);
        else throw error;
      }
    }
  }
  const [first] = [...stopped.values(), ...failed];
  if (first) throw first;
}

function cannotLand({ id, ticket }: QueueEntry, error: Error): QueueStoppedError {
  if (error instanceof QueueStoppedError) return error;
  const message = `entry ${id} of ${JSON.stringify(ticket)} cannot be landed: ${error.message}: run git fsck and process the queue again, or drop the entry`;
  return new QueueStoppedError('CANNOT_LAND', message, { cause: error });
}

/** The first entries that can land together. */
function groupOf(entries: readonly QueueEntry[], landed: ReadonlyMap<string, QueueEntry>): QueueEntry[] {
  const works = new Set<string>();
  const [first] = entries;
  const end = entries.findIndex((entry) => {
    const again = works.has(workKey(entry)) || landed.has(workKey(entry));
    works.add(workKey(entry));
    return again || entry.target !== first?.target;
  });
  return entries.slice(0, end < 0 ? entries.length : end);
}
