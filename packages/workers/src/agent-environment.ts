import { ALLOWED_VARIABLES, allowedEnvironment } from './allowed-environment.ts';
import type { AttemptFiles } from './attempt-files.ts';
import type { ProcessMark } from './end-processes.ts';
import type { WorkRequest } from './request.ts';
import type { UsedWorktree, WorktreeUse } from './worktrees.ts';

/** Ports from which each worktree's own hundred are counted; below those that systems give out by themselves. */
const PORTS: Readonly<Record<WorktreeUse, number>> = { agent: 20_000, verify: 30_000 };

/**
 * What every command in a worktree sees: what is allowed of the user's environment, and a ceiling, so that a worktree without its `.git` file is not taken for part of the user's checkout.
 */
export function worktreeEnvironment(
  base: NodeJS.ProcessEnv,
  allowed: readonly string[],
  worktree: Pick<UsedWorktree, 'use' | 'number'>,
  ceiling: string,
): NodeJS.ProcessEnv {
  return {
    ...allowedEnvironment(base, [...ALLOWED_VARIABLES, ...allowed]),
    GIT_CEILING_DIRECTORIES: ceiling,
    SAGE_PORT_BASE: String(PORTS[worktree.use] + 100 * (worktree.number - 1)),
  };
}

/** What an agent is told besides. */
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

/** The variables by which every process of a run, or of one use of a worktree, is found again. */
export function processMark(run: string, worktree?: string): ProcessMark {
  return { SAGE_RUN_ID: run, ...(worktree !== undefined && { SAGE_WORKTREE: worktree }) };
}
