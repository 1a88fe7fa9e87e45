import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Repository, SAGE_PATHS } from '@sage/git';
import { CannotStartError } from '../errors.ts';

/** `.sage/workflow-mode`, where the wider workflow writes it, has to say that tickets are what is worked on. */
export async function assertWorkflowMode(repository: Repository): Promise<void> {
  const mode = await readFile(join(repository.root, SAGE_PATHS.workflowMode), 'utf8').catch(() => undefined);
  if (mode !== undefined && mode.trim() !== 'TICKET_BASED') {
    throw new CannotStartError(
      'WRONG_WORKFLOW_MODE',
      `${SAGE_PATHS.workflowMode} says ${JSON.stringify(mode.trim().slice(0, 40))}: sage stream needs TICKET_BASED there`,
    );
  }
}
