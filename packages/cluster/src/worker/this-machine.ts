import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/**
 * Tells a running machine from all others, and a container from what else runs there: only where this is the same does the id of
 * a process say anything. Names of machines are not enough, as many are called `localhost`.
 */
export async function thisMachine(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  const space = await readlink('/proc/self/ns/pid').catch(() => '');
  return [hostname(), boot.trim(), space].join(' ');
}
