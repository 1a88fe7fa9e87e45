import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  editFileInTree,
  findInTree,
  type GitSession,
  readObject,
  type IndexLock,
  stageObject,
  viewFile,
  writeObject,
  type Repository,
  replaceFile,
} from '@sage/git';
import type { ManagedPlan } from './intent.ts';

/** A file that the queue's caller computes at landing time, such as a ticket index. */
export interface ManagedFile {
  readonly path: string;
  /**
   * Applied to the target's version for the commit, and to the user's staged and working versions if they differ from
   * it. If it throws for a user's version, that version stays.
   */
  readonly edit: (text: string) => string;
}

/**
 * `tree` with the edits applied. Skips files that do not exist, and files that are not UTF-8, because writing them
 * back would damage them. Errors of `edit` are passed on.
 */
export async function editTree(
  session: GitSession,
  tree: string,
  files: readonly ManagedFile[],
): Promise<string> {
  let edited = tree;
  for (const { path, edit } of files) {
    edited = await editFileInTree(session, edited, path, (content) => {
      const text = Buffer.from(content).toString('utf8');
      return Buffer.from(text).equals(content) ? edit(text) : content;
    });
  }
  return edited;
}

/**
 * Computes the user's versions of the managed files for a checkout that moves from `from` to `to`. This is done, and
 * stored as blobs, before anything moves, even if the edits change nothing in the target: the user's version may
 * contain more. An edit need not be repeatable, so a recovery must not apply it to a file that may already contain
 * it.
 */
export async function planManagedFiles(
  { checkout, index, session }: { checkout: Repository; index: IndexLock; session: GitSession },
  from: string,
  to: string,
  files: readonly ManagedFile[],
): Promise<ManagedPlan[]> {
  const plans: ManagedPlan[] = [];
  for (const path of new Set(files.map((file) => file.path))) {
    const [before, after] = [await fileOf(session, from, path), await fileOf(session, to, path)];
    if (!before || !after) continue;
    const { staged, modified } = await viewFile(checkout, index, path);
    if (staged?.oid === before.oid && !modified) continue;
    const edit = (text: string) =>
      files.filter((file) => file.path === path).reduce((value, file) => file.edit(value), text);
    const plan: ManagedPlan = { path, mode: staged?.mode ?? after.mode };
    if (staged?.oid === before.oid) {
      if (after.oid !== before.oid) plan.staged = { old: staged.oid, new: after.oid };
    } else if (staged) {
      const replaced = await editedObject(checkout, await readObject(checkout, staged.oid), edit);
      if (replaced) plan.staged = replaced;
    }
    const working = await readWorkingFile(checkout, path);
    const replaced = working && (await editedObject(checkout, working, edit));
    if (replaced) plan.working = replaced;
    if (before.oid !== after.oid || plan.working || plan.staged) plans.push(plan);
  }
  return plans;
}

/** Stages the planned versions. A version that has changed since the plan is left as it is. Repeatable. */
export async function stageManagedPlans(
  checkout: Repository,
  index: IndexLock,
  plans: readonly ManagedPlan[],
): Promise<void> {
  for (const { path, mode, staged } of plans) {
    if (staged && (await viewFile(checkout, index, path)).staged?.oid === staged.old)
      await stageObject(checkout, index, path, { mode, oid: staged.new });
  }
}

/** Like {@link stageManagedPlans}, for the user's files. */
export async function writeManagedPlans(checkout: Repository, plans: readonly ManagedPlan[]): Promise<void> {
  for (const { path, working } of plans) {
    const current = working && (await readWorkingFile(checkout, path));
    if (working && current?.equals(await readObject(checkout, working.old)))
      await replaceWorkingFile(join(checkout.root, path), await readObject(checkout, working.new));
  }
}

async function fileOf(session: GitSession, commit: string, path: string) {
  const tree = (await session.readCommit(commit))?.tree;
  return tree === undefined ? undefined : findInTree(session, tree, path);
}

async function editedObject(
  checkout: Repository,
  content: Uint8Array,
  edit: (text: string) => string,
): Promise<{ old: string; new: string } | undefined> {
  const text = Buffer.from(content).toString('utf8');
  // Not UTF-8: writing it back would damage it.
  if (!Buffer.from(text).equals(content)) return undefined;
  let edited: string;
  try {
    edited = edit(text);
  } catch {
    return undefined;
  }
  if (edited === text) return undefined;
  return { old: await writeObject(checkout, content), new: await writeObject(checkout, edited) };
}

async function readWorkingFile(checkout: Repository, path: string): Promise<Buffer | undefined> {
  const file = join(checkout.root, path);
  const status = await lstat(file).catch(() => undefined);
  return status?.isFile() ? readFile(file) : undefined;
}

async function replaceWorkingFile(file: string, content: Uint8Array): Promise<void> {
  const { mode } = await lstat(file);
  await replaceFile(file, content, { mode: mode & 0o7777, durable: true });
}
