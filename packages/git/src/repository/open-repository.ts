import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { GitError, RepositoryError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export type Operation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'bisect';

/** Finds the repository and work tree that contain `directory`. Throws `RepositoryError`. */
export async function openRepository(directory: string): Promise<Repository> {
  try {
    const [root, gitDir, commonDir] = (await atOnce(directory)) ?? (await oneByOne(directory));
    return {
      root: await realpath(root),
      gitDir: await realpath(gitDir),
      commonDir: await realpath(commonDir),
    };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const message = error.stderr.includes('not a git repository')
      ? `${directory} is not in a git repository: run it inside one, or make one with git init`
      : `${directory} cannot be used as a repository: ${error.message}`;
    throw new RepositoryError('NOT_A_REPOSITORY', directory, message, { cause: error });
  }
}

const PLACES = ['--show-toplevel', '--git-dir', '--git-common-dir'] as const;
type Places = readonly [root: string, gitDir: string, commonDir: string];

/** Undefined if a path contains a newline, or if there is no work tree. */
async function atOnce(directory: string): Promise<Places | undefined> {
  const asked = ['rev-parse', '--is-inside-work-tree', '--path-format=absolute', ...PLACES];
  const output = await git(directory, asked).catch(() => '');
  const [inside, root, gitDir, commonDir, ...more] = output.split('\n');
  if (inside !== 'true' || !root || !gitDir || !commonDir || more.length > 0) return undefined;
  return [root, gitDir, commonDir];
}

async function oneByOne(directory: string): Promise<Places> {
  const inside = await git(directory, ['rev-parse', '--is-inside-work-tree']);
  if (inside !== 'true')
    throw new RepositoryError('NO_WORK_TREE', directory, `${directory} has no work tree: use a checkout`);
  const ask = (what: string) => git(directory, ['rev-parse', '--path-format=absolute', what]);
  const [root, gitDir, commonDir] = await Promise.all([ask(PLACES[0]), ask(PLACES[1]), ask(PLACES[2])]);
  return [root, gitDir, commonDir];
}

/** The full ref that HEAD names, born or unborn; undefined if HEAD is detached. */
export async function currentBranch(repository: Repository): Promise<string | undefined> {
  const text = await readFile(join(repository.gitDir, 'HEAD'), 'utf8').catch(() => '');
  const named = /^ref: (refs\/heads\/.+)\n$/.exec(text)?.[1];
  // With other ref storage, the file names a ref that cannot exist.
  if (named !== undefined && named !== 'refs/heads/.invalid') return named;
  const ref = await git(repository, ['symbolic-ref', '--quiet', 'HEAD'], { allowExit: [1] });
  return ref === '' ? undefined : ref;
}

/** The operation that the user is in the middle of in this work tree. */
export async function operationInProgress(repository: Repository): Promise<Operation | undefined> {
  const has = (name: string) => existsSync(join(repository.gitDir, name));
  if (has('rebase-merge') || has('rebase-apply')) return 'rebase';
  if (has('MERGE_HEAD')) return 'merge';
  if (has('CHERRY_PICK_HEAD')) return 'cherry-pick';
  if (has('REVERT_HEAD')) return 'revert';
  if (has('sequencer/todo')) {
    // Between two commits of a sequence, no *_HEAD file exists.
    const todo = await readFile(join(repository.gitDir, 'sequencer/todo'), 'utf8').catch(() => '');
    return todo.startsWith('revert') ? 'revert' : 'cherry-pick';
  }
  return has('BISECT_LOG') ? 'bisect' : undefined;
}
