import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { commitTree } from './commits.ts';
import { DURABLE_CONFIG } from '../process/environment.ts';
import { GitError } from '../errors.ts';
import { LongProcess } from '../process/long-process.ts';
import { type ObjectFormat, objectFormat, writeLooseObject } from './loose-object.ts';
import {
  formatCommit,
  parseRawCommit,
  parseSignatureLine,
  type RawCommit,
  type RawCommitContent,
} from './raw-commit.ts';
import { updateFailure, refCommands, REF_CONFIG, type RefUpdate } from '../refs/refs.ts';
import type { Repository } from '../repository.ts';
import type { SharedPermissions } from '../files/shared-permissions.ts';
import { mergeTrees, type MergeResult } from './trees.ts';

const BATCH = ['cat-file', '--batch'];
const BATCH_CHECK = ['cat-file', '--batch-check'];
const DIFF = ['diff-tree', '--stdin', '-r', '-z', '--no-renames', '--full-index'];
const MERGE = ['merge-tree', '--write-tree', '--stdin', '--name-only', '--no-messages'];

const MAX_CACHED_COMMITS = 1000;

/**
 * Long-lived git processes for a series of operations, each started when first needed. Writes are not synced; call
 * `syncDisk` afterwards, or make a durable ref transaction.
 */
export class GitSession implements AsyncDisposable {
  readonly repository: Repository;
  /** The same repository with pinned settings, used for merging and signing. */
  readonly pinned: Repository;
  readonly #objects: LongProcess;
  readonly #refs: LongProcess;
  readonly #diffs: LongProcess;
  #merges: LongProcess | 'none' | undefined;
  readonly #shared: SharedPermissions | undefined;
  #merged = 0;
  readonly #commits = new Map<string, Promise<RawCommit | undefined>>();

  constructor(repository: Repository, pinned: Repository = repository, shared?: SharedPermissions) {
    this.#shared = shared;
    this.repository = repository;
    this.pinned = pinned;
    this.#objects = new LongProcess(repository, BATCH);
    this.#diffs = new LongProcess(repository, DIFF);
    this.#refs = new LongProcess(repository, ['update-ref', '--stdin', '-z'], {
      config: [...DURABLE_CONFIG, ...REF_CONFIG],
    });
  }

  /** The id of the commit that a full ref name points to; undefined if there is none. */
  async readRef(ref: string): Promise<string | undefined> {
    if (/[\s\0]/.test(ref) || ref === '') return undefined;
    const answer = await this.#objects.ask(`${ref}\n`, objectLength);
    const [oid = '', type, size] = answer.subarray(0, answer.indexOf('\n')).toString().split(' ');
    return type === 'commit' && size !== undefined && /^[0-9a-f]{40,64}$/.test(oid) ? oid : undefined;
  }

  /** A commit (full id); undefined if it is missing or not a commit. */
  readCommit(oid: string): Promise<RawCommit | undefined> {
    if (this.#commits.size > MAX_CACHED_COMMITS) this.#commits.clear();
    const known = this.#commits.get(oid) ?? this.#readCommit(oid);
    this.#commits.set(oid, known);
    // A missing commit is not cached, because it may appear later.
    void known.then(
      (commit) => commit ?? this.#commits.delete(oid),
      () => this.#commits.delete(oid),
    );
    return known;
  }

  /** Clears the cache, because cached commits may have been deleted. */
  forgetCommits(): void {
    this.#commits.clear();
  }

  async #readCommit(oid: string): Promise<RawCommit | undefined> {
    const content = await this.readObject(oid, 'commit');
    return content && parseRawCommit(content);
  }

  /** The content of an object (full id); undefined if it is missing or of another type. */
  async readObject(oid: string, type: 'blob' | 'tree' | 'commit'): Promise<Buffer | undefined> {
    if (!/^[0-9a-f]{40,64}$/.test(oid)) return undefined;
    const answer = await this.#objects.ask(`${oid}\n`, objectLength);
    const end = answer.indexOf('\n');
    const [, found] = answer.subarray(0, end).toString().split(' ');
    return found === type ? answer.subarray(end + 1, -1) : undefined;
  }

  /** Writes an object unfiltered, and returns its id. */
  writeObject(type: 'blob' | 'tree', content: Uint8Array, format: ObjectFormat): string {
    return writeLooseObject(this.repository, format, type, content, this.#shared);
  }

  /** The raw difference of two trees (full ids). Equal differences have equal bytes. */
  async diffTrees(from: string, to: string): Promise<Buffer> {
    const end = Buffer.from(`end-${randomBytes(8).toString('hex')}\n`);
    const question = Buffer.concat([Buffer.from(`${from} ${to}\n`), end]);
    let searched = 0;
    const answer = await this.#diffs.ask(question, (received) => {
      const at = received.indexOf(end, searched);
      searched = Math.max(0, received.length - end.length);
      return at < 0 ? undefined : at + end.length;
    });
    return answer.subarray(answer.indexOf('\n') + 1, answer.length - end.length);
  }

  /** Like `mergeTrees`. */
  async merge(ours: string, theirs: string): Promise<MergeResult> {
    const work = await this.readCommit(theirs);
    // No merge is needed if only one side has changes.
    if (work?.parents.length === 1 && work.parents[0] === ours)
      return { tree: work.tree, conflicts: [], messages: [] };
    this.#merged += 1;
    // A single merge does not justify a long-lived process.
    const long = this.#merged === 1 ? 'none' : (this.#merges ??= await mergeProcess(this.pinned));
    if (long === 'none') return mergeTrees(this.pinned, ours, theirs);
    try {
      const answer = (await long.ask(`${ours} ${theirs}\n`, mergeLength)).toString('latin1');
      const [clean, tree = ''] = answer.split('\0');
      if (clean === '1') return { tree, conflicts: [], messages: [] };
    } catch (error) {
      if (!(error instanceof GitError)) throw error;
    }
    // Runs it again to get the conflicts or the failure in git's own words.
    return mergeTrees(this.pinned, ours, theirs);
  }

  /** Writes the commit that `git commit-tree` would write, optionally signed with the user's key. */
  async writeCommit(content: RawCommitContent, { sign = false } = {}): Promise<string> {
    const raw = sign ? undefined : formatCommit(content);
    if (raw) {
      const oid = writeLooseObject(this.repository, objectFormat(content.tree), 'commit', raw, this.#shared);
      this.#commits.set(oid, Promise.resolve(parseRawCommit(raw)));
      return oid;
    }
    const { author } = content;
    const signature = 'line' in author ? parseSignatureLine(author.line) : author;
    return commitTree(this.pinned, { ...content, author: signature }, { sign });
  }

  /** Like `updateRefs`. */
  async updateRefs(updates: readonly RefUpdate[]): Promise<void> {
    try {
      await this.#refs.ask(refCommands(updates), (received) => {
        const end = received.indexOf('commit: ok\n');
        return end < 0 ? undefined : end + 'commit: ok\n'.length;
      });
    } catch (error) {
      const failure = await updateFailure(this.repository, updates, error);
      if (failure !== undefined) throw failure;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const all = [this.#objects, this.#diffs, this.#refs];
    if (this.#merges instanceof LongProcess) all.push(this.#merges);
    await Promise.all(all.map((each) => each.close()));
  }
}

/** Before about version 2.49, git answers only at the end of its input unless its output is unbuffered. */
const WAYS: readonly (readonly string[])[] = [['stdbuf', '-o0'], []];
const PROBE_TIMEOUT_MS = 2000;
let knownWay: readonly string[] | 'none' | undefined;

async function mergeProcess(repository: Repository): Promise<LongProcess | 'none'> {
  const make = (under: readonly string[]) => new LongProcess(repository, MERGE, { under });
  if (knownWay !== undefined) return knownWay === 'none' ? 'none' : make(knownWay);
  for (const under of WAYS) {
    const candidate = make(under);
    const stop = new AbortController();
    const head = await headCommit(repository);
    if (head === undefined) return 'none';
    const answered = candidate.ask(`${head} ${head}\n`, mergeLength).then(
      () => true,
      () => false,
    );
    const late = delay(PROBE_TIMEOUT_MS, false, { signal: stop.signal }).catch(() => false);
    const works = await Promise.race([answered, late]);
    stop.abort();
    if (works) {
      knownWay = under;
      return candidate;
    }
    candidate.kill();
    await answered;
  }
  knownWay = 'none';
  return 'none';
}

async function headCommit(repository: Repository): Promise<string | undefined> {
  const names = new LongProcess(repository, BATCH_CHECK);
  const [oid = '', type] = (await names.ask('HEAD\n', lineLength)).toString().trimEnd().split(' ');
  await names.close();
  return type === 'commit' ? oid : undefined;
}

function lineLength(received: Buffer): number | undefined {
  const end = received.indexOf('\n');
  return end < 0 ? undefined : end + 1;
}

/** `<oid> <type> <size>` LF content LF, or `<name> missing` LF. */
function objectLength(received: Buffer): number | undefined {
  const end = lineLength(received);
  if (end === undefined) return undefined;
  const size = / (\d+)\n$/.exec(received.subarray(0, end).toString())?.[1];
  const length = size === undefined ? end : end + Number(size) + 1;
  return received.length < length ? undefined : length;
}

/** Fields up to an empty one: `1` or `0`, the tree, the paths in conflict. */
function mergeLength(received: Buffer): number | undefined {
  const end = received.indexOf('\0\0');
  return end < 0 ? undefined : end + 2;
}
