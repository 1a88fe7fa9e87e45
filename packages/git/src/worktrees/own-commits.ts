import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { treeDifferences } from '../objects/tree-differences.ts';
import { fetchCommit } from '../objects/commits.ts';
import { treeWithEntries } from '../objects/trees.ts';
import { DURABLE_CONFIG } from '../process/environment.ts';
import { git, gitRaw } from '../process/run.ts';
import type { Repository } from '../repository.ts';
import { excludedPaths, type Exclusion } from './excluded-paths.ts';
import { GIT_TIMEOUT_MS } from './blocking-files.ts';
import { type RepositoryTemplate, restoreSettings } from './repository-template.ts';
import { isSelfContained } from './self-contained.ts';

/** More commits than this are not the steps of one ticket. */
const MAX_COMMITS = 500;

export interface OwnCommitsOptions extends Exclusion {
  readonly repository: Repository;
  readonly template: RepositoryTemplate;
  readonly workTree: string;
  readonly base: string;
  readonly signal?: AbortSignal;
}

/**
 * Copies the commits that an agent made in a worktree on top of its base into the user's repository, with their
 * authors, dates and messages, and returns the last one. Changes of excluded files are removed from each commit, and
 * a merge becomes a step on its first parent. Undefined if there are none, or if they cannot be copied this way
 * (unrelated history, changes of submodules, objects that git rejects).
 */
export async function ownCommits(
  options: OwnCommitsOptions,
): Promise<{ tip: string; tree: string } | undefined> {
  const { repository, template, workTree, base, signal } = options;
  const gitDir = join(workTree, '.git');
  if (!(await hasMoved(gitDir, base)) || !(await isSelfContained(gitDir, workTree))) return undefined;
  const limits = { timeout: GIT_TIMEOUT_MS, ...(signal && { signal }) };
  try {
    await restoreSettings(template, workTree);
    const tip = await git(workTree, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
      gitDir,
      ...limits,
    });
    if (tip === base) return undefined;
    await fetchCommit(repository, gitDir, tip, limits);
    return await asFarAsTheyCanBe(options, tip);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** A cheap check, because most agents commit nothing. */
async function hasMoved(gitDir: string, base: string): Promise<boolean> {
  const [directory, head] = await Promise.all([
    lstat(gitDir).catch(() => undefined),
    lstat(join(gitDir, 'HEAD')).catch(() => undefined),
  ]);
  if (!directory?.isDirectory() || !head?.isFile()) return false;
  return (await readFile(join(gitDir, 'HEAD'), 'utf8')) !== `${base}\n`;
}

interface OwnCommit {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly tree: string;
  /** Byte paths that differ from its first parent. */
  readonly paths: readonly string[];
}

/** Follows first parents, so a merge is one step with everything it brought in. */
async function asFarAsTheyCanBe(
  { repository, base, ...exclusion }: OwnCommitsOptions,
  tip: string,
): Promise<{ tip: string; tree: string } | undefined> {
  const commits = await firstParents(repository, base, tip);
  if (commits === undefined) return undefined;
  const isExcluded = excludedPaths(exclusion);
  let touched = false;
  let last = { tip: base, tree: await git(repository, ['rev-parse', `${base}^{tree}`]) };
  let before = last.tree;
  for (const { oid, parents, tree: whole, paths } of commits) {
    touched ||= paths.some(isExcluded);
    const tree = touched ? await withBaseOf(repository, base, whole, isExcluded) : whole;
    // The commit only changed excluded files.
    const isEmptied = tree === last.tree && whole !== before;
    before = whole;
    if (isEmptied) continue;
    const isSame = tree === whole && parents.length === 1 && parents[0] === last.tip;
    last = { tip: isSame ? oid : await rewritten(repository, oid, { tree, parent: last.tip }), tree };
  }
  return last.tip === base ? undefined : last;
}

/** The commits after `base`, oldest first. Undefined if they do not start there, or touch submodules. */
async function firstParents(
  repository: Repository,
  base: string,
  tip: string,
): Promise<OwnCommit[] | undefined> {
  const args = [
    'log',
    '--first-parent',
    '--diff-merges=first-parent',
    '--format=%x01%H %P%x02%T',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    `--max-count=${MAX_COMMITS + 1}`,
  ];
  const { stdout } = await gitRaw(repository, [...args, `${base}..${tip}`]);
  const records = stdout.toString('latin1').split('\u0001').slice(1);
  if (records.length === 0 || records.length > MAX_COMMITS) return undefined;
  const commits: OwnCommit[] = [];
  let expected = tip;
  for (const record of records) {
    const [ids = '', rest = ''] = record.split('\u0002');
    const [oid = '', ...parents] = ids.split(' ');
    const [first] = parents;
    if (oid !== expected || first === undefined) return undefined;
    expected = first;
    const fields = rest.split('\0');
    const paths: string[] = [];
    for (const [at, field] of fields.entries()) {
      if (!field.startsWith(':') && !field.startsWith('\n:')) continue;
      if (/160000/.test(field.slice(0, 16))) return undefined;
      paths.push(fields[at + 1] ?? '');
    }
    commits.unshift({ oid, parents, tree: /^[0-9a-f]+/.exec(rest)?.[0] ?? '', paths });
  }
  return expected === base ? commits : undefined;
}

/** The tree, with excluded paths as they are in the base. */
async function withBaseOf(
  repository: Repository,
  base: string,
  tree: string,
  isExcluded: (path: string) => boolean,
): Promise<string> {
  const differences = (await treeDifferences(repository, tree, base)).filter(({ path }) => isExcluded(path));
  if (differences.length === 0) return tree;
  const changes = differences.map(({ path, after }) => ({ path, mode: after?.mode ?? '0', oid: after?.oid }));
  return treeWithEntries(repository, tree, changes);
}

/** Keeps author, dates and message, but not the signature, which would no longer be valid. */
async function rewritten(
  repository: Repository,
  oid: string,
  { tree, parent }: { tree: string; parent: string },
): Promise<string> {
  const content = Buffer.from((await gitRaw(repository, ['cat-file', 'commit', oid])).stdout);
  const end = content.indexOf('\n\n');
  const kept = content
    .toString('latin1', 0, end)
    .split('\n')
    .filter((line) => /^(author|committer|encoding) /.test(line));
  const header = [`tree ${tree}`, `parent ${parent}`, ...kept].join('\n');
  const input = Buffer.concat([Buffer.from(header, 'latin1'), content.subarray(end)]);
  return git(repository, ['hash-object', '-t', 'commit', '-w', '--stdin'], { input, config: DURABLE_CONFIG });
}
