import { hostname } from 'node:os';
import { bootIdentity, pidSpace } from '@sage/git';
import { processStart } from './process-start.ts';

/** Distinguishes a process from every other, including a later one with the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The running system; changes with each boot. */
  readonly boot: string;
  /** The pid namespace (containers); empty if there is none. */
  readonly space: string;
  /** When the process started, in a form that can only be compared. */
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
 * Whether that process has certainly ended. A process on another machine or in another container cannot be seen from
 * here and counts as running. The same boot means the same machine, whatever its current name.
 * @throws {Error} if the system does not say. An error does not prove that the process has ended.
 */
export async function hasEnded(other: ProcessIdentity): Promise<boolean> {
  const mine = await ownIdentity();
  if (other.boot !== mine.boot) return other.host === mine.host;
  if (other.space !== mine.space) return false;
  return (await processStart(other.pid)) !== other.start;
}
