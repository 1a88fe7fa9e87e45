import { hostname } from 'node:os';
import { bootIdentity, pidSpace } from '@sage/git';
import { processStart } from './process-start.ts';

/** Distinguishes a process from every other, also from a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Of the running system: changes with each boot. */
  readonly boot: string;
  /** The pid namespace (containers); empty if there is none. */
  readonly space: string;
  /** When the process started, in a form that only serves comparison. */
  readonly start: string;
}

let own: Promise<ProcessIdentity> | undefined;

export function ownIdentity(): Promise<ProcessIdentity> {
  own ??= (async () => {
    const [boot, space, start] = await Promise.all([bootIdentity(), pidSpace(), processStart(process.pid)]);
    return { pid: process.pid, host: hostname(), boot, space, start: start ?? '' };
  })();
  return own;
}

/**
 * Whether that process has ended for certain. A process of another machine or container cannot be seen from here
 * and counts as running. The same boot is the same machine, whatever its name is now.
 * @throws {Error} when the system does not say: an error does not prove that it has ended.
 */
export async function hasEnded(other: ProcessIdentity): Promise<boolean> {
  const mine = await ownIdentity();
  if (other.boot !== mine.boot) return other.host === mine.host;
  if (other.space !== mine.space) return false;
  return (await processStart(other.pid)) !== other.start;
}
