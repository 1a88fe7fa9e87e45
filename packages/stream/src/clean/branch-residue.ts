import { git, listRefs, listWorktrees, type Repository, SAGE_REFS } from '@sage/git';
import type { RecordedRun } from '@sage/journal';
import type { Found, Residue } from './residue.ts';

/** Prefix of the branches that `sage stream` creates. */
const OWN_BRANCHES = 'refs/heads/sage/';

/**
 * Branches of earlier runs, and refs that keep work. A branch can be removed if the user's branches contain it, a ref
 * if any branch does. Refs of the commit queue are not touched.
 */
export async function branchResidue(
  repository: Repository,
  unfinished: readonly RecordedRun[],
): Promise<Found> {
  const branches = await listRefs(repository, 'refs/heads');
  const own = branches.filter(({ ref }) => ref.startsWith(OWN_BRANCHES));
  const refs = (await listRefs(repository, SAGE_REFS.all.slice(0, -1))).filter(
    ({ ref }) => !ref.startsWith(SAGE_REFS.queue),
  );
  const others = branches.filter(({ ref }) => !ref.startsWith(OWN_BRANCHES)).map(({ oid }) => oid);
  const outsideOthers = await notReachable(repository, own, others);
  const outsideAll = await notReachable(
    repository,
    refs,
    branches.map(({ oid }) => oid),
  );
  const checkedOut = new Set((await listWorktrees(repository)).map(({ branch }) => branch));
  const targets = new Set(unfinished.map(({ state }) => state.target));
  const found = { remove: [] as Residue[], keep: [] as Residue[] };
  for (const { ref: name, oid: commit } of own) {
    const residue = { kind: 'branch', name, commit } as const;
    if (checkedOut.has(name)) found.keep.push({ ...residue, why: 'it is checked out' });
    else if (targets.has(name)) found.keep.push({ ...residue, why: 'a run that is not over lands on it' });
    else if (outsideOthers.has(commit))
      found.keep.push({ ...residue, why: 'no other branch has its commits' });
    else found.remove.push({ ...residue, why: 'other branches have its commits' });
  }
  for (const { ref: name, oid: commit } of refs) {
    const residue = { kind: 'ref', name, commit } as const;
    if (outsideAll.has(commit)) found.keep.push({ ...residue, why: 'its work has not landed' });
    else found.remove.push({ ...residue, why: 'a branch has its commits' });
  }
  return found;
}

/** Those of the commits that are not reachable from any of `from`. */
async function notReachable(
  repository: Repository,
  refs: readonly { oid: string }[],
  from: readonly string[],
): Promise<ReadonlySet<string>> {
  if (refs.length === 0) return new Set();
  const input = [...refs.map(({ oid }) => oid), ...from.map((oid) => `^${oid}`)].join('\n');
  const output = await git(repository, ['rev-list', '--stdin'], { input: `${input}\n` });
  return new Set(output.split('\n'));
}
