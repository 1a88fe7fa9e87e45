import { RefMovedError } from '@sage/git';
import type { LandingContext } from './landing-context.ts';
import { MAX_TIP_ATTEMPTS } from './landing-context.ts';
import { writeLandingCommit } from './staged-landing.ts';
import { editTree, type ManagedFile } from '../checkouts/managed-files.ts';
import { moveTarget } from '../checkouts/move-target.ts';
import { targetBusy, targetTip } from './target.ts';

export interface ManagedCommit {
  readonly target: string;
  readonly message: string;
  readonly files: readonly ManagedFile[];
}

/** Lands a commit of managed files alone; undefined if the edits change nothing. */
export async function landManagedFiles(
  context: LandingContext,
  { target, message, files }: ManagedCommit,
): Promise<string | undefined> {
  const { store, session } = context;
  for (let attempt = 1; attempt <= MAX_TIP_ATTEMPTS; attempt += 1) {
    const old = await targetTip(session, target);
    const before = (await session.readCommit(old))?.tree ?? '';
    const tree = await editTree(session, before, files);
    if (tree === before) return undefined;
    const content = { tree, parents: [old], message, author: context.committer };
    const commit = await writeLandingCommit(context, content, []);
    try {
      await moveTarget(
        { ...context, directory: store.directory },
        { target, old, new: commit, files, entries: [], made: { commits: [commit], base: old } },
      );
      return commit;
    } catch (error) {
      if (!(error instanceof RefMovedError)) throw error;
    }
  }
  throw targetBusy(target);
}
