import { rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  openRepository,
  removeOrSetAside,
  removeWorktreeDirectory,
  type Repository,
  updateRefs,
} from '@sage/git';
import { unfinishedRuns } from '@sage/journal';
import { onlyRun } from '../start/only-run.ts';
import { assertOwnFiles } from '../start/own-files.ts';
import { branchResidue } from './branch-residue.ts';
import { folderResidue } from './folder-residue.ts';
import type { Found, Residue, ResidueOptions } from './residue.ts';
import { runResidue } from './run-residue.ts';

export interface CleanOptions {
  readonly directory: string;
  /** The directory of worktrees; by default below the user's cache folder. */
  readonly worktreesDirectory?: string;
  readonly now: Date;
  /** Whether to remove what was found. */
  readonly confirm: (found: Found) => boolean | Promise<boolean>;
}

export interface Cleaning extends Found {
  readonly v: 1;
  readonly removed: readonly Residue[];
  /** What could not be removed, or has changed since it was found, one line each. */
  readonly failures: readonly string[];
}

/**
 * Finds what runs have left, and removes it after confirmation. Nothing that has not landed is removed, and a ref
 * only if it has not moved since. No run can start in the meantime.
 * @throws {CannotStartError} `ALREADY_RUNNING`, `TRACKED_RUNS`: nothing was changed.
 */
export async function cleanRepository(options: CleanOptions): Promise<Cleaning> {
  const { directory, worktreesDirectory, now, confirm } = options;
  const repository = await openRepository(directory);
  await assertOwnFiles(repository);
  await using _lock = await onlyRun(repository, 'sage clean');
  const found = await findResidue({ repository, worktreesDirectory, now });
  const removed: Residue[] = [];
  const failures: string[] = [];
  if (found.remove.length > 0 && (await confirm(found)))
    for (const residue of found.remove) {
      const failure = await remove(repository, residue);
      if (failure === undefined) removed.push(residue);
      else failures.push(failure);
    }
  return { v: 1, ...found, removed, failures };
}

/**
 * Lists everything that runs leave, without changing anything. Work that has not landed is never marked for removal.
 */
async function findResidue(options: ResidueOptions): Promise<Found> {
  const unfinished = await unfinishedRuns(options.repository.root);
  const found = [
    await branchResidue(options.repository, unfinished),
    await runResidue(options, unfinished),
    await folderResidue(options, unfinished),
  ];
  return {
    remove: found.flatMap(({ remove }) => remove),
    keep: found.flatMap(({ keep }) => keep),
  };
}

async function remove(repository: Repository, { kind, name, commit }: Residue): Promise<string | undefined> {
  try {
    if (commit !== undefined) {
      await updateRefs(repository, [{ ref: name, old: commit, new: 'delete' }]);
      return undefined;
    }
    const left = await removeOrSetAside(name);
    if (left !== undefined) return `${name} cannot be removed; it is ${left} now`;
    // Removes the folder around it if this was the last one.
    if (kind === 'worktrees') await removeWorktreeDirectory(name);
    else await rmdir(dirname(name)).catch(() => {});
    return undefined;
  } catch (error) {
    return `${name} is not removed: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`;
  }
}
