import { decodeTrailer, TICKET_TRAILER } from '@sage/commit-queue';
import { findTrailers, isAncestor, readRef, type Repository } from '@sage/git';
import type { TargetBranch } from '../ports.ts';

/** A branch of a repository as the target of a run. `ref` is its full name. */
export function targetBranch(repository: Repository, ref: string): TargetBranch {
  return {
    ref,
    tip: () => readRef(repository, ref),
    contains: (tip, commit) => isAncestor(repository, commit, tip),
    async ticketsThatChanged(files, base, tip) {
      const hits = await findTrailers(repository, base, tip, TICKET_TRAILER, files);
      return [...new Set(hits.flatMap(({ values }) => values.map(decodeTrailer)))].toReversed();
    },
  };
}
