import type { AttemptFiles } from './attempt-files.ts';
import type { WorkRequest } from '../request.ts';
import type { UsedWorktree, WorktreeUse } from '../worktree/used-worktree.ts';

/** Ports from which each worktree's own hundred are counted; below those that systems give out by themselves. */
const FIRST_PORTS: Readonly<Record<WorktreeUse, number>> = { agent: 20_000, verify: 30_000 };

/**
 * What every command in a worktree sees besides the user's variables: a ceiling, so that a worktree without its `.git` is
 * not taken for part of the user's checkout, and ports of its own.
 */
export function worktreeEnvironment(
  { use, number }: Pick<UsedWorktree, 'use' | 'number'>,
  ceiling: string,
): Record<string, string> {
  return {
    GIT_CEILING_DIRECTORIES: ceiling,
    SAGE_PORT_BASE: String(FIRST_PORTS[use] + 100 * (number - 1)),
  };
}

/** What an agent, and the setup and the checks of its ticket see besides. */
export function ticketEnvironment(request: WorkRequest, files: AttemptFiles): Record<string, string> {
  return {
    SAGE_TICKET_ID: request.ticket.id,
    SAGE_TICKET_FILE: files.ticket,
    SAGE_PROMPT_FILE: files.prompt,
    SAGE_RESULT_FILE: files.result,
    SAGE_WORKER_ID: String(request.worker),
    SAGE_ATTEMPT: String(request.attempt),
  };
}
