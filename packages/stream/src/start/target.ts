import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { currentBranch, git, operationInProgress, readRef, type Repository, resolveCommit } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** Branches that people expect to move by review, not by an unattended run. */
const PROTECTED = new Set(['refs/heads/main', 'refs/heads/master']);

export interface Target {
  /** Full name, `refs/heads/...`. */
  readonly ref: string;
  readonly tip: string;
  /** True if the branch still has to be created from `tip` and checked out. */
  readonly create: boolean;
  /** The full name of the branch that it is created from, if it is created for this run. */
  readonly from?: string;
  /** Whether the branch is a different one than the one checked out here. */
  readonly elsewhere: boolean;
}

/**
 * The branch that results land on: the named one, otherwise the current one, or a new one if that is main or master.
 * Changes nothing.
 * @throws {CannotStartError}
 */
export async function chooseTarget(
  repository: Repository,
  { branch, newBranch }: { branch?: string | undefined; newBranch: string },
): Promise<Target> {
  const operation = await operationInProgress(repository);
  if (operation) {
    throw new CannotStartError(
      'OPERATION_IN_PROGRESS',
      `a ${operation} is in progress in ${repository.root}: finish it or abort it first`,
    );
  }
  const current = await currentBranch(repository);
  if (branch !== undefined) {
    const ref = branchRef(branch);
    const tip = await readRef(repository, ref);
    if (!tip)
      throw new CannotStartError(
        'UNKNOWN_BRANCH',
        `no branch ${JSON.stringify(branch)}: make it first, with git branch`,
      );
    return { ref, tip, create: false, elsewhere: ref !== current };
  }
  const tip = await resolveCommit(repository, 'HEAD');
  if (!tip)
    throw new CannotStartError(
      'NO_COMMIT',
      `no commit yet in ${repository.root}: make the first commit, so that work has a base`,
    );
  if (!current)
    throw new CannotStartError(
      'DETACHED_HEAD',
      'HEAD is detached: switch to a branch, or name one with --target',
    );
  if (!PROTECTED.has(current)) return { ref: current, tip, create: false, elsewhere: false };
  // If there is a branch called `sage`, none can be created below it.
  const [folder = ''] = newBranch.split('/');
  const isTaken = (await readRef(repository, `refs/heads/${folder}`)) !== undefined;
  const name = isTaken ? newBranch.replaceAll('/', '-') : newBranch;
  return { ref: `refs/heads/${name}`, tip, create: true, from: current, elsewhere: false };
}

/** The full name of a branch, given its full or short name. */
export function branchRef(branch: string): string {
  return branch.startsWith('refs/heads/') ? branch : `refs/heads/${branch}`;
}

/** Creates the target's branch if it is new, and checks it out. Local changes stay. */
export async function prepareTarget(repository: Repository, target: Target): Promise<void> {
  if (!target.create) return;
  await git(repository, ['switch', '--quiet', '--create', target.ref.replace('refs/heads/', '')]);
}

/** @throws {CannotStartError} `READ_ONLY` */
export async function assertWritable(repository: Repository): Promise<void> {
  for (const directory of [repository.root, repository.commonDir]) {
    try {
      await access(directory, constants.W_OK);
    } catch (cause) {
      throw new CannotStartError(
        'READ_ONLY',
        `${directory} is read-only: Sage writes next to the ticket index and into git`,
        { cause },
      );
    }
  }
}
