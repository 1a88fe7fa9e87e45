import { decodeTrailer, TICKET_TRAILER } from '@sage/commit-queue';
import { git, type Repository } from '@sage/git';

/** A ticket that landed, with the files that its landing changed. */
export interface LandedTicket {
  readonly id: string;
  readonly files: readonly string[];
}

/** How many landings to use. Older ones are about code that has changed since. */
const MAX_LANDINGS = 500;

/** How many commits to search, because a long history may contain no landings. */
const MAX_COMMITS = 20_000;

/** The newest landings in the history of a commit, newest first: commits with a `Sage-Ticket:` trailer. */
export async function landedTickets(repository: Repository, tip: string): Promise<LandedTicket[]> {
  const values = `%(trailers:key=${TICKET_TRAILER},valueonly=true,unfold=true,separator=%x01)`;
  const older = ['rev-list', '--first-parent', `--skip=${MAX_COMMITS}`, '--max-count=1', tip, '--'];
  const beyond = await git(repository, older);
  const output = await git(repository, [
    'log',
    '-z',
    // A merge lists everything it brought to the branch.
    '--first-parent',
    '-m',
    '--no-renames',
    '--name-only',
    `--max-count=${MAX_LANDINGS}`,
    `--grep=^${TICKET_TRAILER}: `,
    `--format=tformat:%x01${values}`,
    tip,
    ...(beyond === '' ? [] : [`^${beyond}`]),
    '--',
  ]);
  const landed: { id: string; files: string[] }[] = [];
  let current: { id: string; files: string[] }[] = [];
  for (const field of output.split('\0')) {
    if (field.startsWith('\u0001')) {
      const ids = field.split('\u0001').map((value) => value.trim());
      current = ids.filter((id) => id !== '').map((id) => ({ id: decodeTrailer(id), files: [] }));
      landed.push(...current);
    } else if (field !== '') {
      // The first path of a commit starts with a line break.
      for (const { files } of current) files.push(field.replace(/^\n/, ''));
    }
  }
  return landed;
}
