import type { Repository } from '../repository.ts';
import { git } from '../process/run.ts';

export interface Worktree {
  readonly path: string;
  /** Undefined if bare or unborn. */
  readonly head: string | undefined;
  /** Full ref; undefined if detached or bare. */
  readonly branch: string | undefined;
  readonly bare: boolean;
  readonly locked: boolean;
}

/** All worktrees of a repository (or of the git directory at this path), the main one first. */
export async function listWorktrees(where: Repository | string): Promise<Worktree[]> {
  const options = typeof where === 'string' ? { gitDir: where } : {};
  const output = await git(where, ['worktree', 'list', '--porcelain', '-z'], options);
  return output
    .split('\0\0')
    .map((record) => record.split('\0').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map((lines) => {
      const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
      const flag = (key: string) => lines.some((line) => line === key || line.startsWith(`${key} `));
      const head = value('HEAD');
      return {
        path: value('worktree') ?? '',
        head: head === undefined || /^0+$/.test(head) ? undefined : head,
        branch: value('branch'),
        bare: flag('bare'),
        locked: flag('locked'),
      };
    });
}
