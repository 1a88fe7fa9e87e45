import { DURABLE_CONFIG } from '../process/environment.ts';
import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git, type GitOptions } from '../process/run.ts';

type Limits = Pick<GitOptions, 'signal' | 'timeout'>;

/** Default for one exchange with a remote. */
const TIMEOUT_MS = 10 * 60_000;

/** A fetch of up to this many objects stores each as a loose object. */
const LOOSE_MAX_OBJECTS = 1_000;

/** How a person reaches a remote. git does not get these variables otherwise. */
const ACCESS = ['GIT_SSH_COMMAND', 'GIT_SSH', 'GIT_ASKPASS', 'SSH_ASKPASS'];

/** Transports that run nothing but ssh and git itself. */
const PROTOCOLS = 'file:git:http:https:ssh';

/**
 * Creates a ref on a remote. If the push fails, or its result is unknown, the remote is asked: finding the same
 * commit there is success.
 * @throws {GitError} if the ref does not exist then, or points to another commit.
 */
export async function createRemoteRef(
  repository: Repository,
  remote: string,
  { ref, commit }: { readonly ref: string; readonly commit: string },
  limits: Limits = {},
): Promise<void> {
  try {
    const flags = ['--quiet', '--no-verify', '--no-follow-tags', `--force-with-lease=${ref}:`];
    await remoteGit(repository, ['push', ...flags, '--', remote, `${commit}:${ref}`], limits);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    const there = await readRemoteRef(repository, remote, ref, limits).catch(() => undefined);
    if (there !== commit) throw error;
  }
}

/** The commit of a ref on a remote; undefined if the ref does not exist. */
export async function readRemoteRef(
  repository: Repository,
  remote: string,
  ref: string,
  limits: Limits = {},
): Promise<string | undefined> {
  const listed = await remoteGit(repository, ['ls-remote', '--refs', '--', remote, ref], limits);
  const line = listed.split('\n').find((each) => each.endsWith(`\t${ref}`));
  return line?.split('\t')[0];
}

/** Removes refs from a remote; refs that are already gone are ignored. */
export async function removeRemoteRefs(
  repository: Repository,
  remote: string,
  refs: readonly string[],
  limits: Limits = {},
): Promise<void> {
  if (refs.length === 0) return;
  const deletions = refs.map((ref) => `:${ref}`);
  await remoteGit(repository, ['push', '--quiet', '--no-verify', '--', remote, ...deletions], limits);
}

/** Refs of a remote below a prefix that ends with `/`. */
export async function listRemoteRefs(
  repository: Repository,
  remote: string,
  prefix: string,
  limits: Limits = {},
): Promise<{ readonly ref: string; readonly commit: string }[]> {
  const listed = await remoteGit(repository, ['ls-remote', '--refs', '--', remote, `${prefix}*`], limits);
  return listed.split('\n').flatMap((line) => {
    const [commit, ref] = line.split('\t');
    return commit && ref ? [{ ref, commit }] : [];
  });
}

/**
 * Fetches refs or commit ids from a remote, with everything reachable from them. Malformed objects are rejected.
 * @throws {GitError}
 */
export async function fetchFromRemote(
  repository: Repository,
  remote: string,
  refspecs: readonly string[],
  { depth, ...limits }: Limits & { readonly depth?: number | undefined } = {},
): Promise<void> {
  const flags = ['--quiet', '--no-tags', '--no-write-fetch-head', '--update-head-ok', '--refmap='];
  if (depth !== undefined) flags.push(`--depth=${depth}`);
  await remoteGit(repository, ['fetch', ...flags, '--no-auto-maintenance', '--', remote, ...refspecs], {
    ...limits,
    // Many small fetches would leave as many packs, and each git process opens all of them.
    config: [
      ...DURABLE_CONFIG,
      'fetch.fsckObjects=true',
      `fetch.unpackLimit=${LOOSE_MAX_OBJECTS}`,
      'protocol.version=2',
    ],
  });
}

/** Nobody is there to type a password. */
async function remoteGit(repository: Repository, args: string[], options: GitOptions): Promise<string> {
  const access = ACCESS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  });
  return git(repository, args, {
    timeout: TIMEOUT_MS,
    ...options,
    environment: {
      SSH_ASKPASS_REQUIRE: 'never',
      ...(Object.fromEntries(access) as Record<string, string>),
      GIT_ALLOW_PROTOCOL: PROTOCOLS,
    },
  });
}
