import {
  createRemoteRef,
  encodeRefComponent,
  fetchFromRemote,
  git,
  GitError,
  GitSession,
  isAncestor,
  listRemoteRefs,
  readRef,
  readRemoteRef,
  removeRemoteRefs,
  type Repository,
  SAGE_REFS,
  treeDifferencesOf,
} from '@sage/git';
import type { SentAttempt } from '@sage/stream';
import { ClusterError } from '../errors.ts';
import { baseRef, resultRef } from '../protocol/names.ts';
import { FetchBatches } from './fetch-batches.ts';
import { SpentRefs } from './spent-refs.ts';

/** A remote, with its name here and its address for workers. */
export interface Remote {
  readonly name: string;
  /** Without user and password, because workers have their own credentials. */
  readonly url: string;
}

/**
 * The remote through which code travels: that of the branch, otherwise `origin`, otherwise the only one.
 * @throws {ClusterError} `NO_REMOTE`
 */
export async function remoteOf(repository: Repository, branch: string): Promise<Remote> {
  const names = (await git(repository, ['remote'])).split('\n').filter((name) => name !== '');
  const key = `branch.${branch}.remote`;
  const own = await git(repository, ['config', '--get', key], { allowExit: [1] });
  const name = [own, 'origin', ...(names.length === 1 ? names : [])].find((each) => names.includes(each));
  if (name === undefined)
    throw new ClusterError(
      'NO_REMOTE',
      'workers on other machines get the code from a git remote, and this repository has none: git remote add origin URL',
    );
  const url = await git(repository, ['remote', 'get-url', '--', name]);
  return { name, url: withoutUser(url) };
}

/** Removes secrets from an address. The user name of an ssh address is kept, because it is part of the place. */
function withoutUser(url: string): string {
  return url.replace(/^(https?:\/\/)[^@/]*@/, '$1').replace(/^(\w+:\/\/[^@/:]*):[^@/]*@/, '$1@');
}

/** Transfers the code of a run to workers and back through a git remote. */
export class CodeExchange {
  readonly #repository: Repository;
  readonly #remote: Remote;
  readonly #run: string;
  /** Commits that attempts start from, by their ref on the remote. */
  readonly #bases = new Map<string, { readonly sent: Promise<void>; readonly holders: Set<string> }>();
  #newest: string | undefined;
  /** Tickets with a local ref that keeps what was fetched for them. */
  readonly #pinned = new Set<string>();
  /** Refs of the remote whose work has been fetched, with their tickets. */
  readonly #received = new Map<string, string>();
  readonly #spent: SpentRefs;
  readonly #fetches: FetchBatches;
  /** For checking received work without starting a process each time. */
  readonly #session: GitSession;

  constructor(repository: Repository, remote: Remote, run: string) {
    this.#repository = repository;
    this.#remote = remote;
    this.#run = run;
    this.#spent = new SpentRefs(repository, remote.name);
    this.#session = new GitSession(repository);
    this.#fetches = new FetchBatches((refspecs) => fetchFromRemote(repository, remote.name, refspecs));
  }

  get url(): string {
    return this.#remote.url;
  }

  /** Makes a commit available on the remote until `releaseBase`. Returns its ref there. */
  async sendBase(commit: string, holder: string): Promise<string> {
    const ref = baseRef(this.#run, commit);
    let base = this.#bases.get(ref);
    if (!base) {
      base = { sent: this.#createBase(ref, commit), holders: new Set() };
      this.#bases.set(ref, base);
      base.sent.catch(() => this.#bases.delete(ref));
      const last = this.#newest;
      this.#newest = ref;
      if (last !== undefined) this.#removeUnheld(last);
    }
    base.holders.add(holder);
    await base.sent;
    return ref;
  }

  /** `holder` no longer needs this commit as a base. */
  releaseBase(commit: string, holder: string): void {
    const ref = baseRef(this.#run, commit);
    this.#bases.get(ref)?.holders.delete(holder);
    this.#removeUnheld(ref);
  }

  async #createBase(ref: string, commit: string): Promise<void> {
    await this.#spent.recall(ref);
    await createRemoteRef(this.#repository, this.#remote.name, { ref, commit });
  }

  #removeUnheld(ref: string): void {
    if (ref === this.#newest || (this.#bases.get(ref)?.holders.size ?? 1) > 0) return;
    this.#bases.delete(ref);
    this.#spent.add({ there: [ref] });
  }

  /** The target now contains what was received for a ticket. */
  landed(ticket: string): void {
    const there = [...this.#received].flatMap(([ref, of]) => (of === ticket ? [ref] : []));
    for (const ref of there) this.#received.delete(ref);
    this.#spent.add({ there, here: this.#pinned.delete(ticket) ? [pinOf(ticket)] : [] });
  }

  /**
   * Fetches the work reported by a worker, and keeps it alive until the run ends. Returns why it is not acceptable,
   * if it is not: a different commit than the reported one, or not on top of the base.
   */
  async receive(
    ticket: string,
    { ref, head, base }: { readonly ref: string; readonly head: string; readonly base: string },
  ): Promise<string | undefined> {
    try {
      await this.#fetch(ref, ticket);
    } catch (error) {
      if ((await readRemoteRef(this.#repository, this.#remote.name, ref)) !== undefined) throw error;
      return `${ref} is not on the remote`;
    }
    const there = await readRef(this.#repository, pinOf(ticket));
    if (there !== head) return `${ref} is ${there}, not ${head}`;
    if (!(await this.#descends(head, base))) return `${head} does not descend from ${base}`;
    this.#received.set(ref, ticket);
    return undefined;
  }

  /** Fetches the commit that a lost worker had pushed, if there is one. */
  async salvage(ticket: string, ref: string, base: string): Promise<string | undefined> {
    const head = await readRemoteRef(this.#repository, this.#remote.name, ref).catch(() => undefined);
    if (head === undefined) return undefined;
    return (await this.receive(ticket, { ref, head, base })) === undefined ? head : undefined;
  }

  /** Paths that differ between two commits. */
  async changedFiles(base: string, head: string): Promise<string[]> {
    for (const commit of [base, head]) {
      if ((await this.#session.readCommit(commit)) === undefined)
        throw new Error(`${commit} is not in the repository`);
    }
    const differences = await treeDifferencesOf(this.#session)(base, head);
    return differences.map(({ path }) => Buffer.from(path, 'latin1').toString('utf8'));
  }

  async #descends(head: string, base: string): Promise<boolean> {
    const commit = await this.#session.readCommit(head);
    return commit?.parents.includes(base) === true || isAncestor(this.#repository, base, head);
  }

  /** Ends the processes for checking received work. */
  async close(): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }

  /**
   * Removes everything that this run, in this and earlier processes, has put on the remote. `keep` keeps work that
   * nobody has received, unless its ticket has landed. Returns the tickets of kept work, with the refs.
   */
  async tidy(
    sent: readonly SentAttempt[],
    keep: (ticket: string, commit: string) => Promise<string>,
  ): Promise<{ ticket: string; ref: string | undefined }[]> {
    const late: { ticket: string; ref: string | undefined }[] = [];
    await this.#spent.flush();
    try {
      const gone = await this.#refsBelow(`${SAGE_REFS.bases}${encodeRefComponent(this.#run)}/`);
      const byRef = new Map(sent.map((one) => [resultRef(one.ticket, one.attempt, one.fence), one]));
      for (const { ref, commit } of sent.length > 0 ? await this.#refsBelow(SAGE_REFS.work) : []) {
        const one = byRef.get(ref.replace(REVIEW, ''));
        if (!one) continue;
        gone.push({ ref, commit });
        if (REVIEW.test(ref) || this.#received.has(ref) || (await isHere(this.#repository, commit))) continue;
        if (!one.landed) await this.#fetch(ref, one.ticket);
        late.push({ ticket: one.ticket, ref: one.landed ? undefined : await keep(one.ticket, commit) });
      }
      for (let at = 0; at < gone.length; at += 200) {
        const refs = gone.slice(at, at + 200).map(({ ref }) => ref);
        await removeRemoteRefs(this.#repository, this.#remote.name, refs);
      }
    } finally {
      this.#spent.add({ here: [...this.#pinned].map(pinOf) });
      this.#pinned.clear();
      await this.#spent.flush();
    }
    return late;
  }

  #refsBelow(prefix: string): Promise<{ readonly ref: string; readonly commit: string }[]> {
    return listRemoteRefs(this.#repository, this.#remote.name, prefix);
  }

  async #fetch(ref: string, ticket: string): Promise<void> {
    this.#pinned.add(ticket);
    await this.#fetches.fetch(`+${ref}:${pinOf(ticket)}`);
  }
}

/** Work for a person to review has a separate ref. */
const REVIEW = /-review-\d+$/;

async function isHere(repository: Repository, commit: string): Promise<boolean> {
  try {
    await git(repository, ['cat-file', '-e', commit]);
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

function pinOf(ticket: string): string {
  return SAGE_REFS.attempts + encodeRefComponent(ticket);
}
