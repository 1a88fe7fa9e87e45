import { commitTree, git, identity, RefMovedError, type Repository } from '@sage/git';
import { removeFile, replaceFile } from './durable-file.ts';
import type { Intent } from './entry.ts';
import { targetBusy, targetTip, TIP_ATTEMPTS } from './land.ts';
import type { Lock } from './lock.ts';
import { editTree, type ManagedFile } from './managed-files.ts';
import { moveTarget } from './move-target.ts';
import type { OnStep } from './steps.ts';
import { landingMessage } from './trailers.ts';

/** Holds the intent of a commit of managed files alone, which has no entry. */
export const INTENT_FILE = 'managed-intent.json';

export interface ManagedCommit {
  target: string;
  message: string;
  files: readonly ManagedFile[];
}

/** Lands a commit of managed files alone; undefined when the edits change nothing. */
export async function landManagedFiles(
  context: {
    repository: Repository;
    directory: string;
    lock: Lock;
    now: () => Date;
    onStep: OnStep | undefined;
  },
  { target, message, files }: ManagedCommit,
): Promise<string | undefined> {
  const { repository, directory, lock } = context;
  for (let attempt = 1; attempt <= TIP_ATTEMPTS; attempt += 1) {
    const old = await targetTip(repository, target);
    const before = await git(repository, ['rev-parse', `${old}^{tree}`]);
    const tree = await editTree(repository, before, files);
    if (tree === before) return undefined;
    const author = { ...(await identity(repository)), date: context.now() };
    const content = { tree, parents: [old], message: landingMessage(message, []), author, committer: author };
    const commit = await commitTree(repository, content);
    const record = (intent: Intent) =>
      replaceFile(directory, INTENT_FILE, `${JSON.stringify({ target, ...intent })}\n`);
    try {
      await moveTarget(repository, lock, { target, old, new: commit, files, record, onStep: context.onStep });
      await removeFile(directory, INTENT_FILE);
      return commit;
    } catch (error) {
      // What the intent names is not reachable then: the next one replaces it, or recovery forgets it.
      if (!(error instanceof RefMovedError)) throw error;
    }
  }
  throw targetBusy(target);
}
