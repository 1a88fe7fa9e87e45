import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = '.sage/workflow-mode';
const TICKET_BASED = 'TICKET_BASED';

/**
 * Checks `.sage/workflow-mode`, which the surrounding workflow may write: it has to say that work is done by tickets.
 * Returns the fault in one line; undefined if the file is fine or absent.
 */
export async function workflowModeFault(root: string): Promise<string | undefined> {
  const mode = await readFile(join(root, FILE), 'utf8').catch(() => undefined);
  if (mode === undefined || mode.trim() === TICKET_BASED) return undefined;
  return `${FILE} says ${JSON.stringify(mode.trim().slice(0, 40))}: sage stream needs ${TICKET_BASED} there`;
}
