import { workflowModeFault } from '@sage/tickets';
import type { Finding } from '../finding.ts';

export async function checkWorkflowMode(root: string): Promise<Finding> {
  const id = 'parallel.workflow-mode';
  const fault = await workflowModeFault(root);
  if (fault !== undefined) return { id, status: 'fail', message: fault, tickets: [] };
  return { id, status: 'pass', message: 'tickets are what is worked on', tickets: [] };
}
