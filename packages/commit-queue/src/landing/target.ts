import { findTrailers, git, type GitSession, trailerValues } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { QueueStoppedError } from '../errors.ts';
import { MAX_TIP_ATTEMPTS } from './landing-context.ts';
import { ENTRY_TRAILER } from './trailers.ts';

/** Commits that are read one by one. For more, a separate git process is faster. */
const NEAR_MAX_COMMITS = 300;

export async function targetTip(session: GitSession, target: string): Promise<string> {
  const tip = await session.readRef(target);
  if (tip !== undefined) return tip;
  const args = ['rev-parse', '--verify', '--quiet', target];
  const id = await git(session.repository, args, { allowExit: [1, 128] });
  if (id !== '') {
    const message = `${target} is at ${id}, and the repository does not have that commit: bring it back (git fetch, git fsck), then process the queue again`;
    throw new QueueStoppedError('TARGET_GONE', message);
  }
  throw new QueueStoppedError('TARGET_GONE', `${target} does not exist: make it again, or drop its entries`);
}

export function targetBusy(target: string): QueueStoppedError {
  const message = `${target} moved ${MAX_TIP_ATTEMPTS} times during one landing: process the queue again when it is quieter`;
  return new QueueStoppedError('TARGET_BUSY', message);
}

/** The entries that the history of `tip` already carries, as told by the trailers and not by a flag. */
export async function landedEntries(
  session: GitSession,
  entries: readonly QueueEntry[],
  tip: string,
): Promise<Map<string, string>> {
  const bases = new Set(entries.map(({ base }) => base));
  const near = await nearTrailers(session, bases, tip);
  if (near) return near;
  const { repository } = session;
  const args = ['merge-base', '--octopus', tip, ...bases];
  // If they have no common ancestor, or a base is gone, the whole history is searched.
  const [from] = (await git(repository, args, { allowExit: [1, 128] })).split('\n');
  const hits = await findTrailers(repository, from || undefined, tip, ENTRY_TRAILER);
  return new Map(hits.flatMap(({ commit, values }) => values.map((value) => [value, commit])));
}

/** The same if a straight line of a few commits leads to all the bases; otherwise undefined. */
async function nearTrailers(
  session: GitSession,
  bases: ReadonlySet<string>,
  tip: string,
): Promise<Map<string, string> | undefined> {
  const missing = new Set(bases);
  const found = new Map<string, string>();
  let at = tip;
  for (let count = 0; count < NEAR_MAX_COMMITS; count += 1) {
    missing.delete(at);
    if (missing.size === 0) return found;
    const commit = await session.readCommit(at);
    const [parent, ...others] = commit?.parents ?? [];
    if (commit === undefined || parent === undefined || others.length > 0) return undefined;
    for (const id of trailerValues(commit.message, ENTRY_TRAILER)) found.set(id, at);
    at = parent;
  }
  return undefined;
}
