import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export interface Identity {
  readonly name: string;
  readonly email: string;
}

/** The user's configured identity, or Sage's own if there is none. */
export async function identity(repository: Repository): Promise<Identity> {
  try {
    // useConfigOnly: git's guess from the account and host name is not an identity.
    const line = await git(repository, ['var', 'GIT_COMMITTER_IDENT'], {
      config: ['user.useConfigOnly=true'],
    });
    const match = /^(.*) <(.*)> \d+ [+-]\d{4}$/.exec(line);
    if (match?.[1] && match[2] !== undefined) return { name: match[1], email: match[2] };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
  }
  return { name: 'Sage', email: 'sage@localhost' };
}
