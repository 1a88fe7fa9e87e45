import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchCommit } from '../objects/commits.ts';
import { toBytePath } from '../objects/byte-paths.ts';
import { git, gitRaw } from '../process/run.ts';
import type { Repository } from '../repository.ts';
import { GIT_TIMEOUT_MS } from './blocking-files.ts';
import { type RepositoryTemplate, restoreSettings } from './repository-template.ts';

/** More commits than that are nobody's steps of one ticket. */
const MAX_COMMITS = 500;

export interface OwnCommitsOptions {
  readonly repository: Repository;
  readonly template: RepositoryTemplate;
  readonly workTree: string;
  readonly base: string;
  /** Files and folders that no commit may touch. */
  readonly exclude: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * The last of the commits that somebody made in a worktree on its base, copied into the user's repository; undefined
 * where there are none, or where they cannot be taken as they are (merges, another history, changes of excluded files
 * or submodules, objects that git refuses).
 */
export async function ownCommits(
  options: OwnCommitsOptions,
): Promise<{ tip: string; tree: string } | undefined> {
  const { repository, template, workTree, base, signal } = options;
  const gitDir = join(workTree, '.git');
  if (!(await hasMoved(gitDir, base))) return undefined;
  const limits = { timeout: GIT_TIMEOUT_MS, ...(signal && { signal }) };
  try {
    await restoreSettings(template, workTree);
    const tip = await git(workTree, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], {
      gitDir,
      ...limits,
    });
    if (tip === base) return undefined;
    await fetchCommit(repository, gitDir, tip, limits);
    return await asTheyAre(options, tip);
  } catch {
    signal?.throwIfAborted();
    return undefined;
  }
}

/** Cheap, for most agents commit nothing. */
async function hasMoved(gitDir: string, base: string): Promise<boolean> {
  const [directory, head] = await Promise.all([
    lstat(gitDir).catch(() => undefined),
    lstat(join(gitDir, 'HEAD')).catch(() => undefined),
  ]);
  if (!directory?.isDirectory() || !head?.isFile()) return false;
  return (await readFile(join(gitDir, 'HEAD'), 'utf8')) !== `${base}\n`;
}

async function asTheyAre(
  { repository, base, exclude }: OwnCommitsOptions,
  tip: string,
): Promise<{ tip: string; tree: string } | undefined> {
  const format = '--format=%x01%H %P%x02%T';
  const args = [
    'log',
    format,
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    `--max-count=${MAX_COMMITS + 1}`,
  ];
  const { stdout } = await gitRaw(repository, [...args, `${base}..${tip}`]);
  const records = Buffer.from(stdout).toString('latin1').split('\u0001').slice(1);
  if (records.length === 0 || records.length > MAX_COMMITS) return undefined;
  const roots = exclude.map((path) => toBytePath(path).replace(/\/+$/, ''));
  let expected = tip;
  for (const record of records) {
    const [ids = '', rest = ''] = record.split('\u0002');
    const [commit, parent, ...others] = ids.split(' ');
    if (commit !== expected || parent === undefined || others.length > 0) return undefined;
    expected = parent;
    const fields = rest.split('\0');
    for (const [at, field] of fields.entries()) {
      if (!field.startsWith(':') && !field.startsWith('\n:')) continue;
      const path = fields[at + 1] ?? '';
      if (/160000/.test(field.slice(0, 16))) return undefined;
      if (roots.some((root) => path === root || path.startsWith(`${root}/`) || root.startsWith(`${path}/`)))
        return undefined;
    }
  }
  const tree = /^[0-9a-f]+/.exec(records[0]?.split('\u0002')[1] ?? '')?.[0];
  return expected === base && tree !== undefined ? { tip, tree } : undefined;
}
