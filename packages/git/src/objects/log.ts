import * as fs from 'node:fs';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GitError } from '../errors.ts';
import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export interface LoggedCommit {
  readonly oid: string;
  readonly parents: string[];
  readonly message: string;
}

/** From this many commits on, the git binary is used. Reading a commit here takes about 0.3 ms, ten times as long. */
const MAX_COMMITS_IN_PROCESS = 10_000;

/**
 * The history of a commit (full id), parents before children. Read by isomorphic-git, which shares no code with the
 * git that wrote it. If isomorphic-git cannot read the repository, git does.
 */
export async function readLog(repository: Repository, tip: string): Promise<LoggedCommit[]> {
  const commits = (await readInProcess(repository, tip)) ?? (await readByGit(repository, tip));
  return parentsFirst(commits, tip);
}

async function readInProcess(repository: Repository, tip: string): Promise<LoggedCommit[] | undefined> {
  if (await isForeign(repository, tip)) return undefined;
  // Loaded on demand because of its size.
  const { log } = await import('isomorphic-git');
  try {
    const gitdir = repository.commonDir;
    const found = await log({ fs, gitdir, ref: tip, depth: MAX_COMMITS_IN_PROCESS, cache: {} });
    if (found.length === MAX_COMMITS_IN_PROCESS) return undefined;
    return found.map(({ oid, commit }) => ({ oid, parents: commit.parent, message: commit.message }));
  } catch {
    // It could not find or read an object, so git decides.
    return undefined;
  }
}

/** Whether the repository has a feature that isomorphic-git ignores. */
async function isForeign(repository: Repository, tip: string): Promise<boolean> {
  if (tip.length !== 40) return true;
  const files = ['objects/info/alternates', 'info/grafts', 'reftable'];
  if (files.some((name) => existsSync(join(repository.commonDir, name)))) return true;
  const extensions = await git(repository, ['config', '--get-regexp', '^extensions\\.'], { allowExit: [1] });
  // An extension may change how objects or refs are stored. These two only concern worktrees.
  const harmless = /^extensions\.(worktreeconfig|relativeworktrees) /i;
  return extensions.split('\n').some((line) => line !== '' && !harmless.test(line));
}

async function readByGit(repository: Repository, tip: string): Promise<LoggedCommit[]> {
  const output = await git(repository, ['log', '-z', '--format=tformat:%H%x01%P%x01%B', tip, '--']);
  return output.split('\0').flatMap((record) => {
    const [oid = '', parents = '', ...message] = record.split('\u0001');
    if (oid === '') return [];
    return [{ oid, parents: parents.split(' ').filter((id) => id !== ''), message: message.join('\u0001') }];
  });
}

function parentsFirst(commits: readonly LoggedCommit[], tip: string): LoggedCommit[] {
  const known = new Map(commits.map((commit) => [commit.oid, commit]));
  const order: LoggedCommit[] = [];
  const seen = new Set<string>();
  const stack: { commit: LoggedCommit; next: number }[] = [];
  const enter = (oid: string) => {
    const commit = known.get(oid);
    // In a shallow repository, the parents of the oldest commits are missing.
    if (commit === undefined || seen.has(oid)) return;
    seen.add(oid);
    stack.push({ commit, next: 0 });
  };
  enter(tip);
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const parent = top.commit.parents[top.next];
    top.next += 1;
    if (parent !== undefined) enter(parent);
    else {
      order.push(top.commit);
      stack.pop();
    }
  }
  if (order.length === 0) throw new GitError(['log', tip], 128, `fatal: bad object ${tip}`);
  return order;
}
