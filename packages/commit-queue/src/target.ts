import { findTrailers, git, readRef, type Repository } from '@sage/git';
import type { QueueEntry } from './entry.ts';
import { QueueStoppedError } from './errors.ts';
import { TIP_ATTEMPTS } from './landing-context.ts';
import { ENTRY_TRAILER } from './trailers.ts';

export async function targetTip(repository: Repository, target: string): Promise<string> {
  const tip = await readRef(repository, target);
  if (tip !== undefined) return tip;
  throw new QueueStoppedError('TARGET_GONE', `${target} does not exist: make it again, or drop its entries`);
}

export function targetBusy(target: string): QueueStoppedError {
  const message = `${target} moved ${TIP_ATTEMPTS} times during one landing: go on when it is quieter`;
  return new QueueStoppedError('TARGET_BUSY', message);
}

/** Which of the entries the history of `tip` carries already: the trailer, not a flag, says so. */
export async function landedEntries(
  repository: Repository,
  entries: readonly QueueEntry[],
  tip: string,
): Promise<Map<string, string>> {
  const bases = [...new Set(entries.map(({ base }) => base))];
  const args = ['merge-base', '--octopus', tip, ...bases];
  // Nothing in common with one of them, or a base that is gone: the whole history is looked through.
  const [from] = (await git(repository, args, { allowExit: [1, 128] })).split('\n');
  const hits = await findTrailers(repository, from || undefined, tip, ENTRY_TRAILER);
  return new Map(hits.flatMap(({ commit, values }) => values.map((value) => [value, commit])));
}
