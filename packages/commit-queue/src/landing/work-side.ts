import { git, type GitSession, isAncestor } from '@sage/git';

/** Commits that are looked at one by one; a process of its own is quicker for more. */
const NEAR_MAX_COMMITS = 300;

/** For each session, which commits have been found to descend from a base. */
const descendants = new WeakMap<GitSession, Map<string, Set<string>>>();

/**
 * The commit to merge with work that began at `base`, so that exactly `base..commit` is applied to `parent`. That is
 * `parent` itself where `base` is in its history. Where somebody has taken `base` off the target since (reset,
 * amended), git would take an older commit for the common ancestor, and bring back what was taken off: then it is a
 * commit of the same tree whose only parent is `base`. Where the base is unknown, or the two have nothing in common,
 * it is `parent`, and git has the last word.
 */
export async function workSide(session: GitSession, parent: string, base: string): Promise<string> {
  if ((await session.readCommit(base)) === undefined || (await descends(session, parent, base)))
    return parent;
  const common = await git(session.repository, ['merge-base', parent, base], { allowExit: [1] });
  if (common === '') return parent;
  const nobody = { name: 'Sage', email: 'sage@localhost', date: new Date(0) };
  return session.writeCommit({
    tree: (await session.readCommit(parent))?.tree ?? '',
    parents: [base],
    message: '',
    author: nobody,
    committer: nobody,
  });
}

/** Whether `base` is in the history of `commit`. */
async function descends(session: GitSession, commit: string, base: string): Promise<boolean> {
  const bases = descendants.get(session) ?? new Map<string, Set<string>>();
  descendants.set(session, bases);
  const known = bases.get(base) ?? new Set([base]);
  bases.set(base, known);
  let at = commit;
  for (let count = 0; count < NEAR_MAX_COMMITS && !known.has(at); count += 1) {
    const [parent, ...others] = (await session.readCommit(at))?.parents ?? [];
    if (parent === undefined || others.length > 0) break;
    at = parent;
  }
  if (!known.has(at) && !(await isAncestor(session.repository, base, commit))) return false;
  known.add(commit);
  return true;
}
