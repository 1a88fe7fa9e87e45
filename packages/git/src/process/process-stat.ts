import { readFileSync } from 'node:fs';

/** Information from Linux about a process. */
export interface ProcessStat {
  readonly parent: number;
  /**
   * Clock ticks from the start of the system to the start of the process. Distinguishes it from a later process with
   * the same pid.
   */
  readonly started: string;
  /** It has ended, but its parent has not yet collected the exit code. */
  readonly ended: boolean;
}

/**
 * Reads `/proc/PID/stat`, see proc(5). Synchronous, because no disk is involved and promises for hundreds of
 * processes take ten times as long.
 * @throws {Error} if there is no such process (ENOENT; ESRCH if it ended during the read), or no `/proc`.
 */
export function readProcessStat(pid: number): ProcessStat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in parentheses. It may contain anything, so count from the last parenthesis; the
  // state comes next.
  const [state = '', parent, ...others] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(parent), started: others[17] ?? '', ended: state === 'Z' || state === 'X' };
}
