import { git, type GitSession, isAncestor } from '@sage/git';

/** Commits that are read one by one. For more, a separate git process is faster. */
const NEAR_MAX_COMMITS = 300;

/** For each session, the commits known to descend from a base. */
const descendants = new WeakMap<GitSession, Map<string, Set<string>>>();

/**
 * The commit to use as "ours" for a merge with work that started at `base`, such that exactly `base..commit` is
 * applied to `parent`. Normally that is `parent` itself, with `base` in its history. If `base` has since been removed
 * from the target (reset, amended), git would choose an older common ancestor and bring back what was removed; the
 * result is then a commit with the same tree whose only parent is `base`. If the base is unknown, or the two have no
 * common history, it is `parent`, and git decides.
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
