import { GitError, isMachineError } from '@sage/git';
import type { QueueEntry } from '../entries/entry.ts';
import { QueueStoppedError } from '../errors.ts';
import { type LandingContext, OUTPUT_MAX_CHARS } from './landing-context.ts';
import { type Prepared, prepareLanding, type Refused, ticketsThatTouched } from './landing-style.ts';
import { editTree, type ManagedFile } from '../checkouts/managed-files.ts';
import { ENTRY_TRAILER, landingMessage, TICKET_TRAILER } from './trailers.ts';

/** A commit that carries an entry, on top of the target's tip or of another staged landing. */
export interface StagedLanding {
  readonly entry: QueueEntry;
  readonly parent: string;
  readonly commit: string;
  readonly tree: string;
  readonly files: readonly ManagedFile[];
  /** Rejects with `QueueStoppedError` if the commit is not the true merge. Await it before anything moves. */
  readonly verification: Promise<void>;
}

/**
 * An entry that cannot be put on this parent. If the parent is the target's tip, the entry is settled with this
 * result.
 */
export interface NotStaged {
  readonly refused: Refused;
}

/** Makes the commit that carries an entry on top of `parent`; `below` are the entries that would land before it. */
export async function stageLanding(
  context: LandingContext,
  entry: QueueEntry,
  parent: string,
  below: readonly StagedLanding[],
): Promise<StagedLanding | NotStaged> {
  const { session, style } = context;
  const write = (each: Prepared) => writeLandingCommit(context, each, [[TICKET_TRAILER, entry.ticket]]);
  const prepared = await prepareLanding(style, { session, write }, entry, parent);
  if ('state' in prepared) return { refused: prepared };
  context.onStep?.('merged');
  const files = await context.managedFiles(
    entry,
    parent,
    below.map((staged) => staged.entry),
  );
  let { tree } = prepared;
  try {
    tree = await editTree(session, tree, files);
  } catch (error) {
    if (error instanceof GitError || isMachineError(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    const reason = `a managed file of ${entry.target} cannot be edited: ${why}`;
    return { refused: { state: 'rejected', reason, files: [] } };
  }
  // If the target already has the same change, the tree equals the parent's. The commit is then empty, and its
  // trailer records that the ticket's work is in.
  const trailers: Trailers = [
    [TICKET_TRAILER, entry.ticket],
    [ENTRY_TRAILER, entry.id],
  ];
  const commit = await writeLandingCommit(context, { ...prepared, tree }, trailers);
  context.onStep?.('committed');
  const verification = assertTrue(prepared.proof, () => wrongMerge(entry, parent, prepared.tree));
  verification.catch(() => undefined);
  return { entry, parent, commit, tree, files, verification };
}

/** Settles an entry that cannot be put on the tip itself. */
export async function settleRefused(
  context: LandingContext,
  entry: QueueEntry,
  tip: string,
  { state, reason, files }: Refused,
): Promise<QueueEntry> {
  const next = { ...entry, state, reason: reason.slice(0, OUTPUT_MAX_CHARS) };
  if (state === 'rejected') return context.store.write(entry, next);
  const tickets = await ticketsThatTouched(context.session, entry, tip, files);
  return context.store.write(entry, { ...next, conflict: { files, tickets } });
}

type Trailers = readonly (readonly [key: string, value: string])[];

export async function writeLandingCommit(
  { session, committer, now, sign }: LandingContext,
  { tree, parents, message, author }: Pick<Prepared, 'tree' | 'parents' | 'message' | 'author'>,
  trailers: Trailers,
): Promise<string> {
  const date = now();
  const content = {
    tree,
    parents,
    message: landingMessage(message, trailers),
    author: 'line' in author ? author : { date, ...author },
    committer: { ...committer, date },
  };
  try {
    return await session.writeCommit(content, { sign });
  } catch (error) {
    if (!sign || !(error instanceof GitError)) throw error;
    const message = `commits are signed here (commit.gpgSign), and git cannot sign one: ${error.message}: unlock the key, or turn signing off`;
    throw new QueueStoppedError('CANNOT_SIGN', message, { cause: error });
  }
}

async function assertTrue(verification: Promise<boolean>, error: () => Error): Promise<void> {
  if (!(await verification)) throw error();
}

/** The final check before anything is committed: a wrong merge would silently undo what others have landed. */
function wrongMerge({ commit, target, id }: QueueEntry, parent: string, tree: string): QueueStoppedError {
  const message = `${tree} is not the merge of ${commit} into ${parent} of ${target}: run git fsck, then land entry ${id} again`;
  return new QueueStoppedError('WRONG_MERGE', message);
}
