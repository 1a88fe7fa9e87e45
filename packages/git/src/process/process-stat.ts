import { readFileSync } from 'node:fs';

/** What Linux says of a process. */
export interface ProcessStat {
  readonly parent: number;
  /** Clock ticks between the start of the system and of the process. Tells it from a later one with the same pid. */
  readonly started: string;
  /** It has ended, and its parent has not asked for its exit code yet. */
  readonly ended: boolean;
}

/**
 * Reads `/proc/PID/stat`, see proc(5). At once, as no disk is waited for: a promise for each of hundreds of processes
 * takes ten times as long.
 * @throws {Error} when there is no such process (ENOENT; ESRCH if it ended while it was read), or no `/proc`.
 */
export function readProcessStat(pid: number): ProcessStat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name in parentheses and may hold anything: count from the last one. The third is the state.
  const [state = '', parent, ...others] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(parent), started: others[17] ?? '', ended: state === 'Z' || state === 'X' };
}
