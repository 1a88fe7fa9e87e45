import { join, normalize } from 'node:path';
import { git } from '@sage/git';
import { type Agent, agentProgram } from '@sage/workers';
import type { Settings } from './config.ts';
import { UsageError } from './errors.ts';

/**
 * Agents start in worktrees, which contain only what is committed. An agent program that is in the repository but not
 * committed would be missing there, unless worktrees are set up with more files. `root` is the top of the repository.
 * @throws {UsageError}
 */
export async function assertCommittedAgent(
  agent: Agent,
  root: string,
  { setup, copy, outsideSandbox }: NonNullable<Settings['worktrees']> = {},
): Promise<void> {
  const program = agentProgram(agent);
  if (program === undefined || !program.includes('/') || program.startsWith('/')) return;
  const path = normalize(program);
  if (path.startsWith('..') || (setup ?? copy ?? outsideSandbox) !== undefined) return;
  if ((await git(root, ['ls-files', '-z', '--', path])) !== '') return;
  throw new UsageError(
    `agent program ${program} is not committed, and worktrees have only what is committed: commit it, or name it as ${join(root, path)}`,
  );
}
