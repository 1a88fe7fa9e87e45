import { lstat, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import {
  commitTree,
  git,
  GitError,
  identity,
  isCheckablePath,
  treeEntry,
  withTemporaryIndex,
  type Repository,
  type Signature,
} from '@sage/git';
import { EntryError } from '../errors.ts';

export interface FilesToCommit {
  readonly directory: string;
  /** Relative to `directory`, with `/`. A listed file that exists is added, one that does not is deleted. */
  readonly files: readonly string[];
  readonly base: string;
  readonly message: string;
  readonly author: Signature | undefined;
  readonly date: Date;
}

/**
 * Commits the listed files of a directory on top of `base` (a full id), with modes, symlinks and the repository's
 * filters. A rename is listed as its old and its new path. The repository's index, HEAD and work tree are not used.
 * Throws `EntryError` BAD_FILE.
 */
export async function commitFiles(repository: Repository, work: FilesToCommit): Promise<string> {
  const directory = await realpath(work.directory);
  for (const file of work.files) await assertCommittable(repository, work.base, directory, file);
  return withTemporaryIndex(async (indexFile) => {
    await git(repository, ['read-tree', work.base], { indexFile });
    await git(repository, ['update-index', '--add', '--remove', '--replace', '-z', '--stdin'], {
      cwd: directory,
      workTree: directory,
      indexFile,
      input: work.files.map((file) => `${file}\0`).join(''),
      config: ['core.sparseCheckout=false', 'core.fsync=all'],
    }).catch((error: unknown) => {
      if (!(error instanceof GitError)) throw error;
      const message = `files of ${directory} cannot be committed: ${error.message}`;
      throw new EntryError('BAD_FILE', directory, message, { cause: error });
    });
    const tree = await git(repository, ['write-tree'], { indexFile, config: ['core.fsync=all'] });
    const committer = { ...(await identity(repository)), date: work.date };
    const author = { date: work.date, ...(work.author ?? committer) };
    return commitTree(repository, { tree, parents: [work.base], message: work.message, author, committer });
  });
}

async function assertCommittable(
  repository: Repository,
  base: string,
  directory: string,
  file: string,
): Promise<void> {
  const refuse = (why: string) => {
    throw new EntryError('BAD_FILE', file, `${JSON.stringify(file)} ${why}: list files inside ${directory}`);
  };
  const steps = file.split('/');
  if (file.includes('\0')) refuse('is not a file name');
  if (steps.some((step) => step === '' || step === '.' || step === '..'))
    refuse('is not a plain relative path');
  if (steps.some((step) => step.toLowerCase() === '.git')) refuse('belongs to git');
  for (let depth = 1; depth < steps.length; depth += 1) {
    const parent = join(directory, ...steps.slice(0, depth));
    const status = await lstat(parent).catch(() => undefined);
    if (status?.isSymbolicLink()) refuse('lies behind a symbolic link');
  }
  const status = await lstat(join(directory, file)).catch(() => undefined);
  // Git would silently leave it out.
  if (status && !isCheckablePath(file, status.isSymbolicLink() ? '120000' : '100644'))
    refuse('has a name that git never accepts');
  if (!status || status.isFile() || status.isSymbolicLink()) return;
  // A folder in the place of a file of the base means that the file was deleted.
  const before = status.isDirectory() ? await treeEntry(repository, base, file) : undefined;
  if (before?.type !== 'blob') refuse('is not a file');
}
