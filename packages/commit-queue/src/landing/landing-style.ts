import {
  findTrailers,
  git,
  GitError,
  type GitSession,
  type MergeResult,
  type RawCommitContent,
  readCommit,
} from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { uncheckable } from '../entries/uncheckable.ts';
import { squashCredits } from './squash-credits.ts';
import { decodeTrailer, TICKET_TRAILER, withTrailers } from './trailers.ts';
import { isTrueMerge, type MergedTree } from './true-merge.ts';
import { workSide } from './work-side.ts';

/**
 * `squash`: one commit for each entry on the target. `merge`: a merge commit whose second parent is the work's last
 * commit. `rebase`: the work's commits, rebased onto the target.
 */
export type LandingStyle = 'squash' | 'merge' | 'rebase';

/** The commit that will carry an entry, before managed files are written into its tree. */
export interface Prepared {
  readonly tree: string;
  readonly parents: string[];
  readonly message: string;
  readonly author: RawCommitContent['author'];
  /** Whether the tree is the true merge, determined in a different way than it was made. */
  readonly proof: Promise<boolean>;
}

/** Why the work cannot be put on this parent. */
export interface Refused {
  readonly state: 'conflicted' | 'rejected';
  readonly reason: string;
  readonly files: string[];
}

export interface PrepareContext {
  readonly session: GitSession;
  /** Writes a commit of a rebase that is not the last one. */
  readonly write: (content: Prepared) => Promise<string>;
}

/** Puts the work of an entry on top of `parent`. */
export async function prepareLanding(
  style: LandingStyle,
  context: PrepareContext,
  entry: QueueEntry,
  parent: string,
): Promise<Prepared | Refused> {
  const { session } = context;
  if ((await session.readCommit(entry.commit)) === undefined)
    return rejected('its commit is no longer in the repository');
  if (style === 'rebase') return rebase(context, entry, parent);
  const { commit, base } = entry;
  const side = await workSide(session, parent, base);
  if (style === 'merge') {
    // The work's history would become part of the target's, including commits that were removed from the target.
    if (side !== parent) {
      return rejected(
        `it began from ${base}, which has been taken off ${entry.target}: rebase it, or land it as squash or rebase`,
      );
    }
    // These trailers would become part of the target and speak for other tickets.
    const forged = await findTrailers(session.repository, entry.base, entry.commit, TICKET_TRAILER);
    if (forged.length > 0)
      return rejected(`commit ${forged[0]?.commit} carries a ${TICKET_TRAILER} trailer: take it out`);
  }
  const merge = await mergeOf(session, side, commit);
  if ('reason' in merge) return merge;
  const credits = style === 'squash' ? await squashCredits(session, entry) : [];
  return {
    tree: merge.tree,
    parents: style === 'merge' ? [parent, commit] : [parent],
    message: withTrailers(entry.message, credits),
    author: await authorOf(session, entry, commit),
    proof: proved(isTrueMerge(session, { parent: side, commit, base }, merge)),
  };
}

/** Each commit of the work, merged onto the previous one with its own parent as the base. */
async function rebase(
  context: PrepareContext,
  entry: QueueEntry,
  parent: string,
): Promise<Prepared | Refused> {
  const { session } = context;
  const commits = await linearHistory(session, entry.base, entry.commit);
  if (commits === undefined)
    return rejected('its history has merges, which cannot be rebased: land it in another style');
  let last: Prepared | undefined;
  let on = parent;
  const proofs: Promise<boolean>[] = [];
  for (const commit of commits) {
    if (last) on = await context.write(last);
    const base = (await session.readCommit(commit))?.parents[0] ?? '';
    const ours = await workSide(session, on, base);
    const merge = await mergeOf(session, ours, commit);
    if ('reason' in merge) return merge;
    const { message } = await readCommit(session.repository, commit);
    proofs.push(isTrueMerge(session, { parent: ours, commit, base }, merge));
    last = {
      tree: merge.tree,
      parents: [on],
      message,
      author: await authorOf(session, entry, commit),
      proof: proved(Promise.all(proofs).then((all) => all.every(Boolean))),
    };
  }
  return last ?? rejected('it has no commit of its own');
}

/** The commits after `base` up to `commit`, oldest first. Undefined if one does not have exactly one parent. */
async function linearHistory(
  session: GitSession,
  base: string,
  commit: string,
): Promise<string[] | undefined> {
  const commits: string[] = [];
  for (let at = commit; at !== base;) {
    const [parent, ...others] = (await session.readCommit(at))?.parents ?? [];
    if (parent === undefined || others.length > 0) return undefined;
    commits.unshift(at);
    at = parent;
  }
  return commits;
}

async function authorOf(
  session: GitSession,
  entry: QueueEntry,
  commit: string,
): Promise<RawCommitContent['author']> {
  if (entry.author) return entry.author;
  const raw = await session.readCommit(commit);
  if (raw?.encoding === undefined) return { line: raw?.author ?? '' };
  return (await readCommit(session.repository, commit)).author;
}

async function mergeOf(session: GitSession, ours: string, theirs: string): Promise<MergedTree | Refused> {
  let merge: MergeResult;
  try {
    merge = await session.merge(ours, theirs);
  } catch (error) {
    if (!(error instanceof GitError) || !error.stderr.includes('unrelated histories')) throw error;
    return { state: 'conflicted', reason: 'the work and the target have no common history', files: [] };
  }
  const files = merge.conflicts.map(({ path }) => path);
  if (files.length > 0) return { state: 'conflicted', reason: merge.messages.join('\n'), files };
  const change = await session.diffTrees((await session.readCommit(ours))?.tree ?? '', merge.tree);
  const reason = uncheckable(change, session.repository.root);
  return reason === undefined ? { tree: merge.tree, change } : rejected(reason);
}

function rejected(reason: string): Refused {
  return { state: 'rejected', reason, files: [] };
}

/** Awaited later, together with the next merge, so a failure must not count as unhandled until then. */
function proved(proof: Promise<boolean>): Promise<boolean> {
  proof.catch(() => undefined);
  return proof;
}

/** The tickets whose landings changed these files on the target since the work began, oldest first. */
export async function ticketsThatTouched(
  session: GitSession,
  entry: QueueEntry,
  tip: string,
  files: readonly string[],
): Promise<string[]> {
  if (files.length === 0) return [];
  const { repository } = session;
  // From the fork point, because the base itself may no longer be in the target's history.
  const fork = await git(repository, ['merge-base', tip, entry.commit]);
  const hits = await findTrailers(repository, fork.split('\n')[0], tip, TICKET_TRAILER, files);
  return [...new Set(hits.flatMap(({ values }) => values.map(decodeTrailer)))].toReversed();
}
