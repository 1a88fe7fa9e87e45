import { DURABLE_CONFIG } from '../process/environment.ts';
import { GitError, RefMovedError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';
import { readRefFile } from './ref-files.ts';

export interface RefUpdate {
  readonly ref: string;
  /** The id that the ref must have now; 'absent' if it must not exist; undefined if any is fine. */
  readonly old: string | undefined;
  /** The new id, or 'delete'. */
  readonly new: string;
}

/** The full id of the commit that a name, ref or id resolves to. */
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

/** All refs at or below `prefix` (whole path components, such as `refs/heads`), sorted by name. */
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

/** The last valid name. The same branch is checked again and again. */
let knownGood = '';
/** Git accepts all of these; for other names it is asked. */
const PLAIN = /^refs(\/[A-Za-z0-9_][A-Za-z0-9_-]*)+$/;

/** Whether git accepts this as a full ref name. */
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

/** How long git itself waits (ms) for a ref that another git holds. */
export const REF_CONFIG: readonly string[] = ['core.filesRefLockTimeout=2000', 'core.packedRefsTimeout=2000'];

/**
 * Updates, creates and deletes refs in one transaction, which is on disk when this resolves. Throws `RefMovedError`
 * if a ref is not at its `old`, and `GitError` if another git still holds a lock after 2 s. With `synced: false`, the
 * caller syncs.
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

/** A transaction in the input format of `update-ref --stdin -z`. */
export function refCommands(updates: readonly RefUpdate[]): string {
  const commands = updates.map(({ ref, old, new: next }) => {
    const previous = old === 'absent' ? zeros(next) : (old ?? '');
    return next === 'delete' ? `delete ${ref}\0${previous}\0` : `update ${ref}\0${next}\0${previous}\0`;
  });
  return `start\0${commands.join('')}prepare\0commit\0`;
}

/**
 * The error to throw for a failed transaction, decided by the actual refs rather than by git's message. Undefined if
 * all updates were made: git also fails if it has moved the refs but cannot write a reflog.
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
    // Being at the new value proves nothing about a ref that was to be created or to stay.
    const changed = old !== 'absent' && old !== next;
    done &&= changed && actual === (next === 'delete' ? 'absent' : next);
    if (old !== undefined && actual !== old) moved ??= new RefMovedError(ref, old, actual, { cause: error });
  }
  if (done) return undefined;
  // The ref is back at its old value: someone else has moved it twice.
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
