import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import {
  checkRefFormat,
  fetchCommit,
  GitSession,
  isAncestor,
  isGitDate,
  listRefs,
  type RefUpdate,
  resolveCommit,
  syncDisk,
  updateRefs,
  type Repository,
  SAGE_REFS,
} from '@sage/git';
import { pinAgain, pinOf } from './pins.ts';
import type { QueueEntry } from './entry.ts';
import { workKey, type EntryStore, type NewEntry } from './entry-store.ts';
import { EntryError } from '../errors.ts';
import { commitFiles } from './snapshot.ts';
import { uncheckable } from './uncheckable.ts';
import type { OnStep } from '../crash-points.ts';

export interface WorkDescription {
  readonly ticket: string;
  /** Full ref of the branch to land on. */
  readonly target: string;
  /** The message of the landing; trailers are added to it. */
  readonly message: string;
  /** By default the author of the work commit. */
  readonly author?: { name: string; email: string; date?: string };
}

/** A commit, in this repository or in the one at `source`; `base` is the commit that the work started from. */
export interface CommittedWork {
  readonly commit: string;
  readonly base: string;
  readonly source?: string;
}

/** Files of a directory, compared with `base`. A listed file that exists is added, one that does not is deleted. */
export interface WorkInFiles {
  readonly directory: string;
  readonly files: readonly string[];
  readonly base: string;
}

export type Work = WorkDescription & (CommittedWork | WorkInFiles);

const FULL_ID = /^([0-9a-f]{40}|[0-9a-f]{64})$/;

/** From this many entries on, one sync of the whole disk is cheaper than one for each file. */
const GROUP_SYNC_MIN_ENTRIES = 8;

/**
 * Pins the works and adds their entries, in order, with one ref transaction and one sync for all. They are on disk
 * when this resolves. The same work twice is one entry. If a work cannot be accepted, its error takes its place in
 * the result.
 */
export async function enqueueWorks(
  session: GitSession,
  store: EntryStore,
  works: readonly Work[],
  { now, onStep }: { now: () => Date; onStep?: OnStep },
): Promise<(QueueEntry | Error)[]> {
  const { repository } = session;
  const targets = new Map<string, Promise<boolean>>();
  const results = new Map<Work, QueueEntry | Error>();
  const fresh = new Map<string, { entry: NewEntry; works: Work[] }>();
  await store.readNew();
  for (const work of works) {
    try {
      await assertTarget(work.target, targets);
      await assertDate(work.author?.date);
      const { commit, base } = await importWork(repository, session, work, now);
      const { ticket, target, message, author } = work;
      const existing = await store.findWork({ ticket, commit, target });
      const twin = fresh.get(workKey({ ticket, commit, target }));
      if (existing) results.set(work, existing);
      else if (twin) twin.works.push(work);
      else {
        const id = randomBytes(10).toString('hex');
        const reason = await faultOf(session, base, commit);
        const entry = {
          id,
          ticket,
          target,
          base,
          commit,
          message,
          ...(author && { author }),
          ...(reason !== undefined && { reason }),
        };
        fresh.set(workKey(entry), { entry, works: [work] });
      }
    } catch (error) {
      // One work that cannot be added is no reason to refuse the others.
      results.set(work, error instanceof Error ? error : new Error(String(error)));
    }
  }
  const entries = [...fresh.values()].map(({ entry }) => entry);
  const added = await addEntries(session, store, entries, onStep);
  for (const [key, { works: asked }] of fresh) {
    for (const work of asked) results.set(work, added.get(key) as QueueEntry);
  }
  return works.map((work) => results.get(work) as QueueEntry | Error);
}

/**
 * Pins first. After a kill in between, unneeded work is kept; the other way round, an entry could name work that git
 * has collected.
 */
async function addEntries(
  session: GitSession,
  store: EntryStore,
  fresh: readonly NewEntry[],
  onStep: OnStep | undefined,
): Promise<Map<string, QueueEntry>> {
  if (fresh.length === 0) return new Map();
  const { repository } = session;
  const pins = fresh.map(({ id, commit }): RefUpdate => ({ ref: pinOf(id), old: 'absent', new: commit }));
  // Many are synced together, if the machine supports it.
  const many = fresh.length > GROUP_SYNC_MIN_ENTRIES;
  const together = many && (await syncDisk(store.directory));
  if (together) await updateRefs(repository, pins, { synced: false });
  else await session.updateRefs(pins);
  onStep?.('pinned');
  const added = await store.addAll(fresh, { synced: !together });
  onStep?.('entry-written');
  if (together) {
    await syncDisk(repository.commonDir);
    if (!(await sameDisk(repository.commonDir, store.directory))) await syncDisk(store.directory);
  }
  // A concurrent cleanup may have taken a pin for an orphan.
  const gone = await pinsGone(session, pins, many);
  await pinAgain(
    repository,
    gone.map((pin) => ({ ref: pin.ref, oid: pin.new })),
  );
  // If two callers add the same work at the same time, both see both entries here, and the earlier one stays.
  await store.readNew();
  const result = new Map<string, QueueEntry>();
  for (const entry of added) {
    const first = store.isFirst(entry) ? entry : ((await store.findWork(entry)) ?? entry);
    result.set(workKey(entry), first);
    if (first.id === entry.id) continue;
    await store.remove(entry);
    await updateRefs(repository, [{ ref: pinOf(entry.id), old: undefined, new: 'delete' }]);
  }
  return result;
}

async function pinsGone(
  session: GitSession,
  pins: readonly RefUpdate[],
  many: boolean,
): Promise<RefUpdate[]> {
  if (many) {
    const there = new Set((await listRefs(session.repository, SAGE_REFS.queue)).map(({ ref }) => ref));
    return pins.filter(({ ref }) => !there.has(ref));
  }
  const found = await Promise.all(pins.map(({ ref }) => session.readRef(ref)));
  return pins.filter((_, n) => found[n] === undefined);
}

/** The reason why the work can never land, if that is clear before any merge. */
async function faultOf(session: GitSession, base: string, commit: string): Promise<string | undefined> {
  const [before, after] = await Promise.all([session.readCommit(base), session.readCommit(commit)]);
  if (before === undefined || after === undefined) return undefined;
  return uncheckable(await session.diffTrees(before.tree, after.tree), session.repository.root);
}

async function sameDisk(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(a), stat(b)]);
  return one.dev === other.dev;
}

async function assertTarget(target: string, known: Map<string, Promise<boolean>>): Promise<void> {
  const good = known.get(target) ?? (target.startsWith('refs/heads/') ? checkRefFormat(target) : false);
  known.set(target, Promise.resolve(good));
  if (await good) return;
  const message = `${JSON.stringify(target)} is not the full name of a branch: use refs/heads/NAME`;
  throw new EntryError('BAD_TARGET', target, message);
}

/** Only git can parse all date formats; most dates have one of these. */
async function assertDate(date: string | undefined): Promise<void> {
  if (date === undefined || /^@?\d{1,10} [+-]\d{4}$|^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(date)) return;
  if (await isGitDate(date)) return;
  const message = `${JSON.stringify(date)} is not a date that git can read: use 2001-02-03T04:05:06Z`;
  throw new EntryError('BAD_AUTHOR', date, message);
}

async function importWork(
  repository: Repository,
  session: GitSession,
  work: Work,
  now: () => Date,
): Promise<{ commit: string; base: string }> {
  if ('directory' in work) {
    const base = await resolveCommit(repository, work.base);
    if (base === undefined) throw badCommit('BAD_BASE', work.base);
    const { directory, files, message, author } = work;
    return {
      commit: await commitFiles(repository, { directory, files, base, message, author, date: now() }),
      base,
    };
  }
  if (work.source !== undefined && FULL_ID.test(work.commit)) {
    await fetchCommit(repository, work.source, work.commit);
  }
  const known = await session.readCommit(work.commit);
  const commit = known ? work.commit : await resolveCommit(repository, work.commit);
  if (commit === undefined) throw badCommit('BAD_COMMIT', work.commit);
  if (known?.parents.includes(work.base) === true) return { commit, base: work.base };
  const base = await resolveCommit(repository, work.base);
  if (base === undefined) throw badCommit('BAD_BASE', work.base);
  if (!(await isAncestor(repository, base, commit))) {
    throw new EntryError(
      'BAD_BASE',
      base,
      `${base} is not an ancestor of ${commit}: name the commit that the work began from`,
    );
  }
  return { commit, base };
}

function badCommit(code: 'BAD_COMMIT' | 'BAD_BASE', name: string): EntryError {
  return new EntryError(
    code,
    name,
    `${JSON.stringify(name)} is not a commit of this repository: give its full id`,
  );
}
