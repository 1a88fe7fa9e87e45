import type { AttemptFiles } from './attempt-files.ts';
import type { WorkRequest } from './request.ts';

/**
 * What an agent's process sees: the user's environment without the git and Sage variables of whoever started
 * Sage, and a ceiling, so that a worktree without its `.git` file is not taken for part of the user's checkout.
 */
export function agentEnvironment(
  base: NodeJS.ProcessEnv,
  request: WorkRequest,
  files: AttemptFiles,
  ceiling: string,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(base).filter(([name]) => !/^(GIT|SAGE)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    GIT_CEILING_DIRECTORIES: ceiling,
    SAGE_TICKET_ID: request.ticket.id,
    SAGE_TICKET_FILE: files.ticket,
    SAGE_PROMPT_FILE: files.prompt,
    SAGE_RESULT_FILE: files.result,
    SAGE_ATTEMPT: String(request.attempt),
  };
}

/** The variables by which every process of a run, or of one of its workers, is found again. */
export function processMark(run: string, worker?: number): Record<string, string> {
  return { SAGE_RUN_ID: run, ...(worker !== undefined && { SAGE_WORKER_ID: String(worker) }) };
}
