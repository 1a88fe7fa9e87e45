import { basename, dirname } from 'node:path';
import { git, GitError, RepositoryError } from '@sage/git';

/**
 * The ticket of the last landing (after a commit) that changed a file, whether it was merged, rebased or squashed.
 */
export async function ticketThatLanded(file: string, since?: string): Promise<string | undefined> {
  const format = '--format=%(trailers:key=Sage-Ticket,valueonly,separator=%x2C)';
  const range = since === undefined ? 'HEAD' : `${since}..HEAD`;
  const args = ['log', '-m', '--full-history', format, range, '--', basename(file)];
  try {
    const lines = (await git(dirname(file), args)).split('\n');
    return lines.find((line) => line !== '');
  } catch (error) {
    // Outside a repository, or before its first commit, nothing has landed.
    if (error instanceof GitError || error instanceof RepositoryError) return undefined;
    throw error;
  }
}
