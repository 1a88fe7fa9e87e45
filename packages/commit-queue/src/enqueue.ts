import { randomBytes } from 'node:crypto';
import {
  checkRefFormat,
  fetchCommit,
  isAncestor,
  readRef,
  resolveCommit,
  updateRefs,
  type Repository,
} from '@sage/git';
import type { QueueEntry } from './entry.ts';
import type { EntryStore } from './entry-store.ts';
import { EntryError } from './errors.ts';
import { pinOf } from './land.ts';
import { commitFiles } from './snapshot.ts';

export interface WorkDescription {
  ticket: string;
  /** Full ref of the branch to land on. */
  target: string;
  /** The landing's message; trailers are added. */
  message: string;
  /** The work commit's own author when missing. */
  author?: { name: string; email: string; date?: string };
}

/** A commit, here or in the repository at `source`; `base` is the commit that it was begun from. */
export interface CommittedWork {
  commit: string;
  base: string;
  source?: string;
}

/** Files of a directory, compared with `base`: one that is there is added, one that is not is deleted. */
export interface WorkInFiles {
  directory: string;
  files: readonly string[];
  base: string;
}

export type Work = WorkDescription & (CommittedWork | WorkInFiles);

/** Pins the work and adds its entry; when this returns both are on disk. The same work twice is one entry. */
export async function enqueueWork(
  repository: Repository,
  store: EntryStore,
  work: Work,
  now: () => Date,
): Promise<QueueEntry> {
  if (!work.target.startsWith('refs/heads/') || !(await checkRefFormat(work.target))) {
    const message = `${JSON.stringify(work.target)} is not the full name of a branch: use refs/heads/NAME`;
    throw new EntryError('BAD_TARGET', work.target, message);
  }
  const { commit, base } = await takeIn(repository, work, now);
  const isSame = (entry: QueueEntry) =>
    entry.ticket === work.ticket &&
    entry.commit === commit &&
    entry.target === work.target &&
    (entry.state === 'queued' || entry.state === 'landed');
  const existing = (await store.read()).entries.find(isSame);
  if (existing) return existing;

  const id = randomBytes(10).toString('hex');
  const pin = pinOf(id);
  // Pin first: killed after it, work is kept that nobody asks for; the other way round, an entry would promise
  // work that git may have collected.
  await updateRefs(repository, [{ ref: pin, old: 'absent', new: commit }]);
  const { ticket, target, message, author } = work;
  const entry = await store.add({ id, ticket, target, base, commit, message, ...(author && { author }) });
  // A cleanup that ran in between has taken the pin for an orphan.
  if ((await readRef(repository, pin)) === undefined) {
    await updateRefs(repository, [{ ref: pin, old: undefined, new: commit }]);
  }
  // Of two callers with the same work at once, both see both entries here, and the earlier one stays.
  const first = (await store.read()).entries.find(isSame);
  if (first === undefined || first.id === id) return entry;
  await store.remove(entry);
  await updateRefs(repository, [{ ref: pin, old: undefined, new: 'delete' }]);
  return first;
}

async function takeIn(
  repository: Repository,
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
  if (work.source !== undefined && /^[0-9a-f]{40,64}$/.test(work.commit)) {
    await fetchCommit(repository, work.source, work.commit);
  }
  const commit = await resolveCommit(repository, work.commit);
  if (commit === undefined) throw badCommit('BAD_COMMIT', work.commit);
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
