import {
  commitTree,
  findTrailers,
  git,
  GitError,
  type GitSession,
  type Identity,
  readCommit,
  readRef,
  RefMovedError,
  resolveCommit,
  updateRefs,
  type MergeResult,
  type Repository,
} from '@sage/git';
import type { QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { QueueStoppedError } from './errors.ts';
import type { Lock } from './lock.ts';
import { editTree, type ManagedFile } from './managed-files.ts';
import { moveTarget } from './move-target.ts';
import type { OnStep } from './steps.ts';
import { decodeTrailer, ENTRY_TRAILER, landingMessage, TICKET_TRAILER } from './trailers.ts';
import { isTrueMerge } from './true-merge.ts';

export interface Candidate {
  commit: string;
  parent: string;
  tree: string;
  entry: QueueEntry;
  /** Aborted when the verdict is no longer wanted: what is below this candidate has not landed. */
  signal: AbortSignal | undefined;
}

export interface LandingContext {
  repository: Repository;
  store: EntryStore;
  lock: Lock;
  now: () => Date;
  managedFiles: (entry: QueueEntry, tip: string) => Promise<readonly ManagedFile[]> | readonly ManagedFile[];
  verify: ((candidate: Candidate) => Promise<{ ok: boolean; output: string }>) | undefined;
  session: GitSession;
  committer: Identity;
  onStep: OnStep | undefined;
}

/** How often a landing is made anew because somebody else moves the target. */
export const TIP_ATTEMPTS = 20;
export const OUTPUT_LIMIT = 8000;

/**
 * Lands one queued entry, or settles it as conflicted or rejected: returns it in its new state, durable. Throws
 * `QueueStoppedError` with the entry still queued. The work stays pinned unless it has landed.
 */
export async function landEntry(context: LandingContext, entry: QueueEntry): Promise<QueueEntry> {
  const { repository, store } = context;
  if ((await resolveCommit(repository, entry.commit)) === undefined) {
    return store.write(entry, {
      ...entry,
      state: 'rejected',
      reason: 'its commit is no longer in the repository',
    });
  }
  for (let attempt = 1; attempt <= TIP_ATTEMPTS; attempt += 1) {
    const tip = await targetTip(repository, entry.target);
    // The trailer, not a flag, says whether this entry has landed: it is in the same object as the work.
    const landed = await landingOf(repository, entry, entry.base, tip);
    if (landed !== undefined) return settleLanded(repository, store, entry, landed);
    const settled = await landOn(context, entry, tip);
    if (settled !== 'moved') return settled;
  }
  throw targetBusy(entry.target);
}

export async function targetTip(repository: Repository, target: string): Promise<string> {
  const tip = await readRef(repository, target);
  if (tip !== undefined) return tip;
  throw new QueueStoppedError('TARGET_GONE', `${target} does not exist: make it again, or drop its entries`);
}

export function targetBusy(target: string): QueueStoppedError {
  const message = `${target} moved ${TIP_ATTEMPTS} times during one landing: go on when it is quieter`;
  return new QueueStoppedError('TARGET_BUSY', message);
}

/** The commit in `from..to` that carries this entry. */
export async function landingOf(
  repository: Repository,
  entry: QueueEntry,
  from: string,
  to: string,
): Promise<string | undefined> {
  const hits = await findTrailers(repository, from, to, ENTRY_TRAILER);
  return hits.find(({ values }) => values.includes(entry.id))?.commit;
}

export async function settleLanded(
  repository: Repository,
  store: EntryStore,
  entry: QueueEntry,
  landed: string,
  onStep?: OnStep,
): Promise<QueueEntry> {
  const { intent: _, ...rest } = entry;
  const settled = await store.write(entry, { ...rest, state: 'landed', landed });
  onStep?.('entry-settled');
  // Last: killed before it, a pin too many is left, which recovery removes.
  await removePin(repository, entry.id);
  onStep?.('pin-removed');
  return settled;
}

export function entryMessage({ message, ticket, id }: QueueEntry): string {
  return landingMessage(message, [
    [TICKET_TRAILER, ticket],
    [ENTRY_TRAILER, id],
  ]);
}

/** The last word before anything is committed: a wrong merge would silently take back what others have landed. */
export async function assertTrueMerge(
  session: GitSession,
  entry: QueueEntry,
  parent: string,
  tree: string,
): Promise<void> {
  const { commit, base, target, id } = entry;
  if (await isTrueMerge(session, { parent, commit, base }, tree)) return;
  const message = `${tree} is not the merge of ${commit} into ${parent} of ${target}: run git fsck, then land entry ${id} again`;
  throw new QueueStoppedError('WRONG_MERGE', message);
}

export function pinOf(id: string): string {
  return `refs/sage/queue/${id}`;
}

export async function removePin(repository: Repository, id: string): Promise<void> {
  const ref = pinOf(id);
  if (await readRef(repository, ref)) await updateRefs(repository, [{ ref, old: undefined, new: 'delete' }]);
}

async function landOn(
  context: LandingContext,
  entry: QueueEntry,
  tip: string,
): Promise<QueueEntry | 'moved'> {
  const { repository, store, lock, verify, session, onStep } = context;
  const { intent: _, ...queued } = entry;
  const merge = await merged(session, tip, entry.commit);
  if (typeof merge === 'string' || merge.conflicts.length > 0) {
    const files = typeof merge === 'string' ? [] : merge.conflicts.map(({ path }) => path);
    const reason = typeof merge === 'string' ? merge : merge.messages.join('\n').slice(0, OUTPUT_LIMIT);
    const tickets = await ticketsThatTouched(repository, entry, tip, files);
    return store.write(entry, { ...queued, state: 'conflicted', conflict: { files, tickets }, reason });
  }
  await assertTrueMerge(session, entry, tip, merge.tree);
  onStep?.('merged');
  const files = await context.managedFiles(entry, tip);
  let tree: string;
  try {
    tree = await editTree(repository, merge.tree, files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return store.write(entry, {
      ...queued,
      state: 'rejected',
      reason: `a managed file of ${entry.target} cannot be edited: ${why}`,
    });
  }
  // Also where the tree is the tip's own (the same change is there already): the commit is then empty, and its
  // trailer says that the ticket's work is in.
  const commit = await commitTree(repository, {
    tree,
    parents: [tip],
    message: entryMessage(entry),
    author: entry.author ?? (await readCommit(repository, entry.commit)).author,
    committer: { ...context.committer, date: context.now() },
  });
  onStep?.('committed');
  const verdict = await verify?.({ commit, parent: tip, tree, entry, signal: undefined });
  if (verdict && !verdict.ok) {
    const output = verdict.output.slice(-OUTPUT_LIMIT);
    return store.write(entry, { ...queued, state: 'rejected', reason: 'verify failed', output });
  }
  let recorded = entry;
  const record = async (intent: NonNullable<QueueEntry['intent']>) => {
    recorded = await store.write(entry, { ...queued, intent });
  };
  try {
    await moveTarget(repository, lock, {
      target: entry.target,
      old: tip,
      new: commit,
      files,
      record,
      onStep,
    });
  } catch (error) {
    // The stale intent does no harm: what it names is not reachable, so recovery forgets it.
    if (error instanceof RefMovedError) return 'moved';
    throw error;
  }
  return settleLanded(repository, store, recorded, commit, onStep);
}

/** A string says why the two cannot be merged at all. */
async function merged(session: GitSession, tip: string, commit: string): Promise<MergeResult | string> {
  try {
    return await session.merge(tip, commit);
  } catch (error) {
    if (!(error instanceof GitError) || !error.stderr.includes('unrelated histories')) throw error;
    return 'the work and the target have no common history';
  }
}

async function ticketsThatTouched(
  repository: Repository,
  entry: QueueEntry,
  tip: string,
  files: readonly string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  // From the fork point, as the base itself may have left the target's history.
  const fork = await git(repository, ['merge-base', tip, entry.commit]);
  const hits = await findTrailers(repository, fork.split('\n')[0], tip, TICKET_TRAILER, files);
  return [...new Set(hits.flatMap(({ values }) => values.map(decodeTrailer)))].toReversed();
}
