import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { git, gitWith, TARGET, type Campaign } from './repository.ts';
import type { Way } from './ways.ts';

export interface Findings {
  /** Acknowledged work that is not on the target (nor kept under refs/sage/, where that is enough). */
  lost: number;
  doubled: number;
  /** A wrong tree, damage, changes of the user gone, leftovers. */
  unclean: string[];
}

export interface Expectation {
  way: Way;
  /** What of an acknowledged work must be there: damage to its entry may keep it from landing. */
  keeps: 'landed' | 'landed or pinned';
  /** Whether a checkout follows the target. */
  followed: boolean;
}

/** All by plain git: none of the code that landed the work has a say. */
export function inspect(
  campaign: Campaign,
  acknowledged: ReadonlySet<string>,
  { way, keeps, followed }: Expectation,
): Findings {
  const { root, works } = campaign;
  const findings: Findings = { lost: 0, doubled: 0, unclean: [] };
  const check = (what: string, found: string, wanted: string) => {
    if (found !== wanted) findings.unclean.push(`${what}: ${JSON.stringify(found.slice(0, 200))} in ${root}`);
  };
  const commits = new Map(works.map(({ ticket, commit }) => [ticket, commit]));
  const landed = landings(root);
  for (const [ticket, found] of landed) {
    findings.doubled += found.length - 1;
    for (const commit of found) {
      const others = unlikeMerge(campaign, commit, commits.get(ticket) ?? '');
      check(`${ticket} is not the merge`, others, way === 'with a managed file' ? 'log' : '');
    }
  }
  const pins = lines(git(root, 'for-each-ref', '--format=%(objectname) %(refname:lstrip=3)', 'refs/sage'));
  const pinned = new Set(pins.map((line) => line.split(' ')[0]));
  for (const ticket of acknowledged) {
    const kept = keeps === 'landed or pinned' && pinned.has(commits.get(ticket));
    if (!landed.has(ticket) && !kept) findings.lost += 1;
  }
  // A pin without an entry is of a process that was killed before it could acknowledge the work.
  const entries = new Set(entryIds(root));
  for (const [, id = ''] of pins.map((line) => line.split(' ')))
    if (keeps === 'landed' && entries.has(id)) findings.unclean.push(`pin ${id} is left in ${root}`);
  check('status', git(root, 'status', '--porcelain'), 'M mine\n?? new');
  for (const worktree of linkedWorktrees(root)) check(worktree, git(worktree, 'status', '--porcelain'), '');
  check('edit', readFileSync(join(root, 'mine'), 'utf8'), 'edited');
  const marks = way === 'with a managed file' ? '+'.repeat(landed.size) : '';
  check('log', git(root, 'show', `${TARGET}:log`), marks);
  if (followed) check('log on disk', readFileSync(join(root, 'log'), 'utf8'), marks);
  try {
    git(root, 'fsck', '--strict', '--no-dangling');
  } catch (error) {
    findings.unclean.push(`fsck: ${String(error).slice(0, 300)} in ${root}`);
  }
  return findings;
}

function linkedWorktrees(root: string): string[] {
  const list = lines(git(root, 'worktree', 'list', '--porcelain')).filter((line) =>
    line.startsWith('worktree '),
  );
  return list.slice(1).map((line) => line.slice('worktree '.length));
}

/** The commits of the target that carry each ticket. */
function landings(root: string): Map<string, string[]> {
  const format = '--format=%H %(trailers:key=Sage-Ticket,valueonly,separator=%x2C)';
  const found = new Map<string, string[]>();
  for (const line of lines(git(root, 'log', '--first-parent', format, TARGET))) {
    const [commit = '', ticket = ''] = line.split(' ');
    if (ticket !== '') found.set(ticket, [...(found.get(ticket) ?? []), commit]);
  }
  return found;
}

/** The paths in which a landing differs from the same merge made outside the repository. */
function unlikeMerge({ root, backup }: Campaign, landing: string, work: string): string {
  const scratch = mkdtempSync(join(root, '.git/inspect-'));
  const environment = {
    GIT_OBJECT_DIRECTORY: scratch,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: `${join(root, '.git/objects')}:${backup}`,
  };
  try {
    const tree = gitWith(environment, root, 'merge-tree', '--write-tree', `${landing}^`, work);
    return gitWith(environment, root, 'diff-tree', '-r', '--name-only', tree, landing);
  } catch (error) {
    return String(error);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

export function entryIds(root: string): string[] {
  const files = globSync('.sage/commit-queue/0*.json', { cwd: root });
  const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
  return texts.flatMap((text) => /"id": "(\w+)"/.exec(text)?.[1] ?? []);
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split('\n');
}
