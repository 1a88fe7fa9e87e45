import { posix } from 'node:path';
import { readBlob, type Repository } from '@sage/git';
import { memberOf, type WorkRequest } from '@sage/workers';

/** Work as a worker has sent it. */
export interface ReceivedWork extends Pick<
  WorkRequest,
  'base' | 'protectedPaths' | 'protectedNames' | 'protectedMember'
> {
  readonly head: string;
  readonly changedFiles: readonly string[];
}

/**
 * The first protected path in received work. Workers exclude such paths themselves, so one that does not is not
 * trustworthy.
 */
export async function protectedIn(
  repository: Repository,
  work: ReceivedWork,
  common: { readonly protectedPaths: readonly string[] },
): Promise<string | undefined> {
  const { base, head, changedFiles, protectedNames = [], protectedMember } = work;
  const paths = [...common.protectedPaths, ...(work.protectedPaths ?? [])];
  for (const path of changedFiles) {
    if (paths.some((each) => path === each || path.startsWith(`${each}/`))) return path;
    if (protectedNames.includes(posix.basename(path))) return path;
    if (posix.basename(path) !== protectedMember?.name) continue;
    const [before, after] = await Promise.all([
      readBlob(repository, base, path),
      readBlob(repository, head, path),
    ]);
    const { member } = protectedMember;
    if (memberOf(before, member) !== memberOf(after, member)) return path;
  }
  return undefined;
}
