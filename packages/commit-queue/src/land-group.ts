import { join } from 'node:path';
import {
  DURABLE_CONFIG,
  findTrailers,
  git,
  GitError,
  type GitSession,
  listRefs,
  RefMovedError,
  type Repository,
  syncDisk,
  updateRefs,
} from '@sage/git';
import { completeIntent } from './complete-intent.ts';
import type { QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { readGroupIntent, removeGroupIntent, writeGroupIntent } from './group-intent.ts';
import {
  assertTrueMerge,
  entryMessage,
  landEntry,
  type LandingContext,
  pinOf,
  settleLanded,
  targetBusy,
  targetTip,
  TIP_ATTEMPTS,
} from './land.ts';
import { moveTarget } from './move-target.ts';
import { ENTRY_TRAILER } from './trailers.ts';

/** Entries that one transaction lands at most; what a kill makes merge again. */
export const GROUP = 200;

export interface Link {
  entry: QueueEntry;
  commit: string;
  tree: string;
  parent: string;
}

/**
 * Lands queued entries of one target, each as a commit on the one before, with one sync, one compare-and-swap and
 * one move of the checkouts for all. An entry that cannot join (a conflict, an odd commit) ends the group and is
 * settled alone, against what has really landed. Returns at least the first entry, settled.
 */
export async function landGroup(
  context: LandingContext,
  session: GitSession,
  entries: readonly QueueEntry[],
): Promise<QueueEntry[]> {
  const { repository, store } = context;
  const [first] = entries;
  if (first === undefined) return [];
  const { target } = first;
  for (let attempt = 1; attempt <= TIP_ATTEMPTS; attempt += 1) {
    const tip = await targetTip(repository, target);
    const landed = await landedEntries(context, entries, tip);
    const there = landed.get(first.id);
    if (there !== undefined) return [await settleLanded(repository, store, first, there)];
    const chain = await buildChain(context, session, entries, landed, tip);
    if (chain.length <= 1) return [await landEntry(context, first)];
    const settled = await landChain(context, session, tip, chain);
    if (settled !== 'moved') return settled;
  }
  throw targetBusy(target);
}

/** Moves the target along commits that follow each other from its tip, and settles their entries. */
export async function landChain(
  context: LandingContext,
  session: GitSession,
  tip: string,
  chain: readonly Link[],
): Promise<QueueEntry[] | 'moved'> {
  const { repository, store, lock } = context;
  const [first, last] = [chain[0], chain.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { target } = first.entry;
  const carried = chain.map(({ entry, commit }) => ({ id: entry.id, commit }));
  try {
    await syncObjects(context, chain);
    context.onStep?.('objects-synced');
    await moveTarget(repository, lock, {
      target,
      old: tip,
      new: last.commit,
      files: [],
      record: (intent) => writeGroupIntent(store.directory, { ...intent, target, entries: carried }),
      move: (updates) => session.updateRefs(updates),
      onStep: context.onStep,
    });
  } catch (error) {
    if (error instanceof RefMovedError) return 'moved';
    throw error;
  }
  return settleGroup(context, chain);
}

/** The commits above the target that carry the entries, each made from the one before. */
async function buildChain(
  context: LandingContext,
  session: GitSession,
  entries: readonly QueueEntry[],
  landed: ReadonlyMap<string, string>,
  tip: string,
): Promise<Link[]> {
  const chain: Link[] = [];
  const checks: Promise<void>[] = [];
  await Promise.all(entries.map((entry) => session.readCommit(entry.commit)));
  let parent = tip;
  for (const entry of entries) {
    const link = landed.has(entry.id) ? undefined : await linkOn(context, session, entry, parent);
    if (link === undefined) break;
    // Beside the next merge; every one is awaited before anything moves.
    const check = assertTrueMerge(session, entry, parent, link.tree);
    check.catch(() => undefined);
    checks.push(check);
    chain.push(link);
    parent = link.commit;
  }
  await Promise.all(checks);
  context.onStep?.('group-built');
  return chain;
}

/** The commit that carries an entry on top of `parent`; undefined where it has to be landed alone. */
export async function linkOn(
  context: LandingContext,
  session: GitSession,
  entry: QueueEntry,
  parent: string,
): Promise<Link | undefined> {
  const work = await session.readCommit(entry.commit);
  if (work === undefined || work.encoding !== undefined || entry.author?.date) return undefined;
  const tree = await mergeOrNothing(session, parent, entry.commit);
  if (tree === undefined) return undefined;
  const commit = await session.writeCommit({
    tree,
    parents: [parent],
    message: entryMessage(entry),
    author: entry.author ? { ...entry.author, date: context.now() } : { line: work.author },
    committer: { ...context.committer, date: context.now() },
  });
  return { entry, commit, tree, parent };
}

async function mergeOrNothing(
  session: GitSession,
  ours: string,
  theirs: string,
): Promise<string | undefined> {
  try {
    const { tree, conflicts } = await session.merge(ours, theirs);
    return conflicts.length > 0 ? undefined : tree;
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** Git and this process have written the objects of the group without a sync each: one for all, before the ref. */
async function syncObjects({ repository }: LandingContext, chain: readonly Link[]): Promise<void> {
  if (await syncDisk(repository.commonDir)) return;
  // Without it: git packs them, synced, into a file of their own.
  const input = chain.map(({ commit }) => `${commit}\n`).join('') + `^${chain[0]?.entry.base}\n`;
  const args = ['pack-objects', '--revs', '--quiet', join(repository.commonDir, 'objects/pack/pack')];
  await git(repository, args, { input, config: DURABLE_CONFIG });
}

/** Which of the entries the history of `tip` carries already: the trailer, not a flag, says so. */
export async function landedEntries(
  { repository }: LandingContext,
  entries: readonly QueueEntry[],
  tip: string,
): Promise<Map<string, string>> {
  const bases = [...new Set(entries.map(({ base }) => base))];
  const args = ['merge-base', '--octopus', tip, ...bases];
  const [from] = (await git(repository, args, { allowExit: [1] })).split('\n');
  const hits = await findTrailers(repository, from || undefined, tip, ENTRY_TRAILER);
  return new Map(hits.flatMap(({ commit, values }) => values.map((value) => [value, commit])));
}

async function settleGroup(context: LandingContext, chain: readonly Link[]): Promise<QueueEntry[]> {
  const { repository, store } = context;
  const settled = await store.writeAll(
    chain.map(({ entry, commit }) => {
      const { intent: _, ...rest } = entry;
      return [entry, { ...rest, state: 'landed' as const, landed: commit }];
    }),
  );
  context.onStep?.('group-settled');
  await removePins(repository, new Set(chain.map(({ entry }) => pinOf(entry.id))));
  await removeGroupIntent(store.directory);
  context.onStep?.('group-forgotten');
  return settled;
}

/** Completes a group that a killed process has left; the lock must be held. Returns the entries settled. */
export async function recoverGroup(repository: Repository, store: EntryStore): Promise<QueueEntry[]> {
  const intent = await readGroupIntent(store.directory);
  if (intent === undefined) return [];
  const landed = await completeIntent(repository, intent.target, intent);
  const settled: QueueEntry[] = [];
  if (landed !== undefined) {
    const commits = new Map(intent.entries.map(({ id, commit }) => [id, commit]));
    for (const entry of (await store.read()).entries) {
      const commit = commits.get(entry.id);
      if (commit !== undefined && entry.state === 'queued')
        settled.push(await settleLanded(repository, store, entry, commit));
    }
  }
  await removeGroupIntent(store.directory);
  return settled;
}

async function removePins(repository: Repository, pins: ReadonlySet<string>): Promise<void> {
  const there = (await listRefs(repository, 'refs/sage/queue')).filter(({ ref }) => pins.has(ref));
  // Not synced: a pin that a power cut brings back is removed by recovery.
  await updateRefs(
    repository,
    there.map(({ ref, oid }) => ({ ref, old: oid, new: 'delete' })),
    { synced: false },
  );
}
