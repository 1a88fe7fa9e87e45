import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fetchCommit,
  type GitSession,
  isSelfContained,
  type Repository,
  type RepositoryTemplate,
  restoreSettings,
  SAGE_REFS,
} from '@sage/git';

const FETCH_TIMEOUT_MS = 60_000;
/** How many commits are searched. */
const MAX_COMMITS = 200;
const MAX_NAMED = 5;
/** An object id and a line break are shorter than this. */
const MAX_REF_BYTES = 100;

/** A sentence that names the first few files; undefined if there are none. */
export function named(what: string, files: readonly string[]): string | undefined {
  if (files.length === 0) return undefined;
  const more = files.length > MAX_NAMED ? `, and ${files.length - MAX_NAMED} more` : '';
  return `${what}: ${files.slice(0, MAX_NAMED).join(', ')}${more}`;
}

interface StashPlaces {
  readonly repository: Repository;
  /** The template that the worktree's repository was made from. */
  readonly template: RepositoryTemplate;
  readonly refer: (ref: string, oid: string) => Promise<void>;
}

/** Keeps and names work that an agent stashed in a worktree and did not restore. */
export async function stashNote(
  path: string,
  holder: string,
  { repository, template, refer }: StashPlaces,
): Promise<string | undefined> {
  const file = join(path, '.git/refs/stash');
  const status = await lstat(file).catch(() => undefined);
  if (!status?.isFile() || status.size > MAX_REF_BYTES) return undefined;
  const oid = (await readFile(file, 'utf8')).trim();
  const ref = SAGE_REFS.stashes + holder;
  try {
    if (!(await isSelfContained(join(path, '.git'), path))) return undefined;
    await restoreSettings(template, path);
    await fetchCommit(repository, join(path, '.git'), oid, { timeout: FETCH_TIMEOUT_MS });
    await refer(ref, oid);
    return `it left a stash, which is kept as ${ref}`;
  } catch {
    return 'it left a stash, which cannot be read';
  }
}

/** Names commits by others that appeared in the user's checkout since `before`. An agent may have made them there. */
export async function strangerNote(
  before: string | undefined,
  session: GitSession,
): Promise<string | undefined> {
  const now = await session.readRef('HEAD');
  if (before === undefined || now === undefined || now === before) return undefined;
  const found: string[] = [];
  const seen = new Set([before]);
  const pending = [now];
  for (let oid = pending.pop(); oid !== undefined && seen.size < MAX_COMMITS; oid = pending.pop()) {
    if (seen.has(oid)) continue;
    seen.add(oid);
    const commit = await session.readCommit(oid);
    const [first] = commit?.parents ?? [];
    const landed = commit === undefined || /^Sage-(Entry|Ticket): /m.test(commit.message);
    if (!landed) found.push(oid.slice(0, 10));
    if (first !== undefined) pending.push(first);
  }
  // `before` is not among the ancestors that were searched: another branch was checked out.
  if (found.length === 0 || !seen.has(before) || pending.length > 0) return undefined;
  const names = found.slice(0, 3).join(', ') + (found.length > 3 ? `, and ${found.length - 3} more` : '');
  return `commits of others appeared in your checkout meanwhile: ${names}`;
}
