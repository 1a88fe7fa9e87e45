import { DURABLE_CONFIG } from '../process/environment.ts';
import type { Identity } from '../repository/identity.ts';
import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { trailerValues } from './trailers.ts';
import { git, type GitOptions } from '../process/run.ts';

export interface Signature extends Identity {
  /** ISO 8601, or git's `@seconds +zone`; the default is now. */
  readonly date?: Date | string;
}

export interface CommitContent {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly author: Signature;
  readonly committer: Signature;
}

export interface Commit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: string[];
  readonly author: Identity & { date: string };
  readonly committer: Identity & { date: string };
  readonly message: string;
  /** In their original order, `Key: value`, with folded lines joined. */
  readonly trailers: { key: string; value: string }[];
}

/** A signing program may be waiting for a passphrase that nobody will type. */
const SIGNING_TIMEOUT_MS = 60_000;

/**
 * Writes a commit object without moving a ref or running a hook. It is on disk when this resolves. `sign` uses the
 * program and the key of the user's configuration, and throws `GitError` if signing fails.
 */
export async function commitTree(
  repository: Repository,
  content: CommitContent,
  { sign = false } = {},
): Promise<string> {
  const args = ['commit-tree', ...(sign ? ['-S'] : []), content.tree];
  args.push(...content.parents.flatMap((parent) => ['-p', parent]));
  return git(repository, args, {
    input: content.message.replaceAll('\0', ''),
    environment: commitEnvironment(content),
    config: DURABLE_CONFIG,
    ...(sign && { timeout: SIGNING_TIMEOUT_MS }),
  });
}

/** Whether the user has configured git to sign every commit. */
export async function signsCommits(repository: Repository): Promise<boolean> {
  const args = ['config', '--type=bool', '--get', 'commit.gpgSign'];
  return (await git(repository, args, { allowExit: [1], ownConfig: true })) === 'true';
}

function commitEnvironment(content: Pick<CommitContent, 'author' | 'committer'>): Record<string, string> {
  const { author, committer } = content;
  return {
    GIT_AUTHOR_NAME: identName(author.name),
    GIT_AUTHOR_EMAIL: author.email.replaceAll('\0', ''),
    ...(author.date !== undefined && { GIT_AUTHOR_DATE: gitDate(author.date) }),
    GIT_COMMITTER_NAME: identName(committer.name),
    GIT_COMMITTER_EMAIL: committer.email.replaceAll('\0', ''),
    ...(committer.date !== undefined && { GIT_COMMITTER_DATE: gitDate(committer.date) }),
  };
}

/** Git strips these characters from names, and refuses a name that is then empty. Old commits do have such names. */
function identName(name: string): string {
  const clean = name.replaceAll('\0', '');
  return /[^\s.,:;<>"\\']/.test(clean) ? clean : 'unknown';
}

function gitDate(date: Date | string): string {
  return typeof date === 'string' ? date : `@${Math.floor(date.getTime() / 1000)} +0000`;
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

export async function readCommit(repository: Repository, oid: string): Promise<Commit> {
  // %x01 separates the fields: commit headers and messages cannot hold NUL, and -z ends the record.
  const format = [...FIELDS, '%(trailers:only=true,unfold=true)'].join('%x00');
  const output = await git(repository, ['log', '--no-walk', `--format=tformat:${format}`, oid]);
  const [
    id = '',
    tree = '',
    parents = '',
    an = '',
    ae = '',
    ad = '',
    cn = '',
    ce = '',
    cd = '',
    body = '',
    tail = '',
  ] = output.split('\0');
  return {
    oid: id,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: body,
    trailers: tail.split('\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon > 0 ? [{ key: line.slice(0, colon), value: line.slice(colon + 1).trim() }] : [];
    }),
  };
}

/** The commits reachable from `to` but not from `from`, oldest first. */
export async function commitsBetween(repository: Repository, from: string, to: string): Promise<string[]> {
  const output = await git(repository, ['rev-list', '--topo-order', '--reverse', `${from}..${to}`]);
  return output === '' ? [] : output.split('\n');
}

export interface TrailerHit {
  readonly commit: string;
  readonly values: string[];
}

/**
 * The commits of `from..to` (all of `to` if `from` is undefined) with the trailer `key`, newest first, each with its
 * values. With `paths`, only commits that touched one of them.
 */
export async function findTrailers(
  repository: Repository,
  from: string | undefined,
  to: string,
  key: string,
  paths?: readonly string[],
): Promise<TrailerHit[]> {
  const range = from === undefined ? to : `${from}..${to}`;
  const args = ['log', '-z', '--format=tformat:%H%x01%B', ...(paths ? ['--full-history'] : []), '--stdin'];
  // On stdin, because the paths of a large conflict do not fit on a command line.
  const input = [range, ...(paths ? ['--', ...paths] : [])].map((line) => `${line}\n`).join('');
  const output = await git(repository, args, { input });
  return output.split('\0').flatMap((record) => {
    const end = record.indexOf('\u0001');
    const values = trailerValues(record.slice(end + 1), key);
    return values.length > 0 ? [{ commit: record.slice(0, end).trim(), values }] : [];
  });
}

/** Copies a commit and everything it needs, by id, from the repository at `source`. Creates no ref. */
export async function fetchCommit(
  repository: Repository,
  source: string,
  oid: string,
  limits: Pick<GitOptions, 'timeout' | 'signal'> = {},
): Promise<void> {
  const flags = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-show-forced-updates',
  ];
  await git(repository, ['fetch', ...flags, '--refmap=', '--', source, oid], {
    ...limits,
    // Only the file transport, so that no setting can redirect the fetch or run a program.
    environment: { GIT_ALLOW_PROTOCOL: 'file' },
    // The objects come from others, so malformed ones are rejected.
    config: [...DURABLE_CONFIG, 'protocol.version=2', 'fetch.fsckObjects=true'],
  });
}

/** Whether git accepts this as the date of a commit. */
export async function isGitDate(date: string): Promise<boolean> {
  try {
    // Only prints a committer line; nothing is written.
    await git('/', ['var', 'GIT_COMMITTER_IDENT'], {
      environment: { GIT_COMMITTER_DATE: date, GIT_COMMITTER_NAME: 'x', GIT_COMMITTER_EMAIL: 'x' },
    });
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}
