import { hostname } from 'node:os';
import { bootIdentity, pidSpace } from '@sage/git';

/**
 * Tells a running machine from all others, and a container from what else runs there: only where this is the same does the id of
 * a process say anything. Names of machines are not enough, as many are called `localhost`.
 */
export async function thisMachine(): Promise<string> {
  const boot = await bootIdentity().catch(() => '');
  return [hostname(), boot, await pidSpace()].join(' ');
}
