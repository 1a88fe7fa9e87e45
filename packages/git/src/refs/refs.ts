import { DURABLE_CONFIG } from '../process/environment.ts';
import { GitError, RefMovedError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';
import { readRefFile } from './ref-files.ts';

export interface RefUpdate {
  readonly ref: string;
  /** The id the ref must have now; 'absent' when it must not exist; undefined when it does not matter. */
  readonly old: string | undefined;
  /** The id it gets, or 'delete'. */
  readonly new: string;
}

/** The full id of the commit that a name, ref or id stands for. */
export async function resolveCommit(repository: Repository, name: string): Promise<string | undefined> {
  if (name === '' || name.startsWith('-') || name.includes('\0')) return undefined;
  const id = await git(repository, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], {
    allowExit: [1, 128],
  });
  return /^[0-9a-f]{40,64}$/.test(id) ? id : undefined;
}

/** The object id of exactly this ref (no short names). */
export async function readRef(repository: Repository, ref: string): Promise<string | undefined> {
  const found = await readRefFile(repository, ref);
  if (found !== undefined) return found || undefined;
  try {
    return await git(repository, ['show-ref', '--verify', '--hash', ref]);
  } catch (error) {
    if (error instanceof GitError && error.stderr.includes('not a valid ref')) return undefined;
    throw error;
  }
}

/** All refs at or below `prefix` (whole path components, such as `refs/heads`), by name. */
export async function listRefs(
  repository: Repository,
  prefix: string,
): Promise<{ ref: string; oid: string }[]> {
  const output = await git(repository, ['for-each-ref', '--format=%(objectname) %(refname)', prefix]);
  return output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ oid: line.slice(0, line.indexOf(' ')), ref: line.slice(line.indexOf(' ') + 1) }));
}

export async function isAncestor(repository: Repository, ancestor: string, commit: string): Promise<boolean> {
  if (ancestor === commit) return true;
  const args = ['merge-base', '--is-ancestor', ancestor, commit];
  try {
    await git(repository, args);
    return true;
  } catch (error) {
    if (error instanceof GitError && error.exitCode === 1) return false;
    throw error;
  }
}

/** The last name that was found good: the same branch is asked about again and again. */
let knownGood = '';
/** Git takes all of these; of the others it decides. */
const PLAIN = /^refs(\/[A-Za-z0-9_][A-Za-z0-9_-]*)+$/;

/** Whether git takes this as a full ref name. */
export async function checkRefFormat(ref: string): Promise<boolean> {
  if (ref.startsWith('-') || ref.includes('\0')) return false;
  if (ref === knownGood || PLAIN.test(ref)) return true;
  try {
    await git('/', ['check-ref-format', ref]);
    knownGood = ref;
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

/** Git itself waits this long (ms) for a ref that another git holds. */
export const REF_CONFIG: readonly string[] = ['core.filesRefLockTimeout=2000', 'core.packedRefsTimeout=2000'];

/**
 * Moves, makes and deletes refs in one transaction, on disk when it returns. Throws `RefMovedError` when a
 * ref is not at its `old`; a lock that another git still holds after 2 s is a `GitError`. `synced: false` leaves
 * the sync to the caller, who has many to make.
 */
export async function updateRefs(
  repository: Repository,
  updates: readonly RefUpdate[],
  { synced = true }: { synced?: boolean } = {},
): Promise<void> {
  try {
    const config = [...(synced ? DURABLE_CONFIG : ['core.fsync=none']), ...REF_CONFIG];
    await git(repository, ['update-ref', '--stdin', '-z'], { input: refCommands(updates), config });
  } catch (error) {
    const failure = await updateFailure(repository, updates, error);
    if (failure !== undefined) throw failure;
  }
}

/** A transaction as `update-ref --stdin -z` reads it. */
export function refCommands(updates: readonly RefUpdate[]): string {
  const commands = updates.map(({ ref, old, new: next }) => {
    const previous = old === 'absent' ? zeros(next) : (old ?? '');
    return next === 'delete' ? `delete ${ref}\0${previous}\0` : `update ${ref}\0${next}\0${previous}\0`;
  });
  return `start\0${commands.join('')}prepare\0commit\0`;
}

/**
 * What to throw for a failed transaction: the refs, not git's words, decide what went wrong. undefined where all are
 * as asked: git also fails when it has moved them and cannot write a reflog.
 */
export async function updateFailure(
  repository: Repository,
  updates: readonly RefUpdate[],
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof GitError)) return error;
  let done = true;
  let moved: RefMovedError | undefined;
  for (const { ref, old, new: next } of updates) {
    const actual = (await readRef(repository, ref)) ?? 'absent';
    // A ref that was to be created, or to stay as it was, says nothing about who wrote it.
    const changed = old !== 'absent' && old !== next;
    done &&= changed && actual === (next === 'delete' ? 'absent' : next);
    if (old !== undefined && actual !== old) moved ??= new RefMovedError(ref, old, actual, { cause: error });
  }
  if (done) return undefined;
  // Back where it was: somebody else has moved it twice.
  const [, ref] =
    /cannot lock ref '([^']*)': (?:unable to resolve|reference is missing|is at )/.exec(error.stderr) ?? [];
  const asked = updates.find((update) => update.ref === ref && update.old !== undefined);
  if (asked?.old !== undefined)
    moved ??= new RefMovedError(asked.ref, asked.old, asked.old, { cause: error });
  return moved ?? error;
}

function zeros(like: string): string {
  return '0'.repeat(like === 'delete' ? 40 : like.length);
}
