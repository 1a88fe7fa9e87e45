import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE = '.sage/workflow-mode';
const TICKET_BASED = 'TICKET_BASED';

/**
 * `.sage/workflow-mode`, where the wider workflow writes it, has to say that tickets are what is worked on. Returns in
 * one line what is wrong with it; undefined where it is right, or not there.
 */
export async function workflowModeFault(root: string): Promise<string | undefined> {
  const mode = await readFile(join(root, FILE), 'utf8').catch(() => undefined);
  if (mode === undefined || mode.trim() === TICKET_BASED) return undefined;
  return `${FILE} says ${JSON.stringify(mode.trim().slice(0, 40))}: sage stream needs ${TICKET_BASED} there`;
}
