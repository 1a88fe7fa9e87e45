import type { AttemptFiles } from './attempt-files.ts';
import type { WorkRequest } from '../request.ts';
import type { UsedWorktree, WorktreeUse } from '../worktree/used-worktree.ts';

/**
 * First port of the ranges from which each worktree gets a hundred. They are below the ports that systems assign
 * automatically.
 */
const FIRST_PORTS: Readonly<Record<WorktreeUse, number>> = { agent: 20_000, verify: 30_000 };

/**
 * Additional variables for every command in a worktree: a ceiling, so that a worktree without its `.git` is not taken
 * for part of the user's checkout, and a range of ports.
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

/** Additional variables for an agent, and for the setup and checks of its ticket. */
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
