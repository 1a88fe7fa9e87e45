import { join } from 'node:path';
import { outputTail, type PreviousAttempt } from '@sage/workers';
import type { Setback } from '../journal/run-state.ts';

/** Lines of an agent's output that its next attempt is shown. */
const LINES = 30;

/** A setback as the next attempt's prompt tells it. */
export async function previousAttempt(root: string, setback: Setback): Promise<PreviousAttempt> {
  if (setback.kind !== 'failure' || !setback.log) return setback;
  const lines = await outputTail(join(root, setback.log)).catch(() => []);
  return { kind: 'failure', reason: setback.reason, output: lines.slice(-LINES).join('\n') };
}
