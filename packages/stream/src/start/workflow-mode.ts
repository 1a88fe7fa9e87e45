import type { Repository } from '@sage/git';
import { workflowModeFault } from '@sage/tickets';
import { CannotStartError } from '../errors.ts';

/** @throws {CannotStartError} `WRONG_WORKFLOW_MODE` */
export async function assertWorkflowMode(repository: Repository): Promise<void> {
  const fault = await workflowModeFault(repository.root);
  if (fault !== undefined) throw new CannotStartError('WRONG_WORKFLOW_MODE', fault);
}
