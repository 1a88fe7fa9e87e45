import { hostname } from 'node:os';
import { bootIdentity, pidSpace } from '@sage/git';

/**
 * Distinguishes a running machine from all others, and a container from everything else on its machine. Process ids
 * are only comparable if this is the same. Host names are not enough, as many machines are called `localhost`.
 */
export async function thisMachine(): Promise<string> {
  const boot = await bootIdentity().catch(() => '');
  return [hostname(), boot, await pidSpace()].join(' ');
}
