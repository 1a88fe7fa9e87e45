import { readdirSync, readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { helperProgram, readProcessStat, runProcess } from '@sage/git';

/** A process of this user, with the environment it was started with (empty if the system does not show it). */
export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** Distinguishes processes that had the same pid. Only compared, never parsed. */
  readonly started: string;
  readonly environment: string;
  /** In the middle of starting another program. At that moment it has no environment that identifies it. */
  readonly starting: boolean;
}

/** All processes of this user: from /proc if it exists, otherwise from `ps`. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  return process.platform === 'linux' ? fromProc() : fromPs();
}

function fromProc(): ProcessEntry[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(readProc).filter((entry) => entry !== undefined);
}

/**
 * If a process has no environment after this many seconds, it really has none: a kernel thread, or one that cleared
 * it.
 */
const STARTING_S = 10;
/** Unit of the start time in /proc (USER_HZ, 100 on every Linux that Node runs on). */
const TICKS_PER_S = 100;

function readProc(pid: string): ProcessEntry | undefined {
  try {
    const { parent, started, ended } = readProcessStat(Number(pid));
    if (ended) return undefined;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    const starting = environment === '' && uptime() - Number(started) / TICKS_PER_S < STARTING_S;
    return { pid: Number(pid), parent, started, environment: `\0${environment}\0`, starting };
  } catch {
    return undefined; // Ended in the meantime, or another user's.
  }
}

async function fromPs(): Promise<ProcessEntry[]> {
  // lstart is five words; -E appends the environment to the command, separated by spaces.
  const cwd = process.cwd();
  const words = ['-xwwE', '-o', 'pid=,ppid=,lstart=,command='];
  const { stdout, exitCode, error } = await runProcess(helperProgram('ps', [cwd]).program, words, { cwd });
  if (exitCode !== 0) throw error ?? new Error(`ps failed with exit code ${exitCode}`);
  return stdout
    .toString()
    .split('\n')
    .flatMap((line) => {
      const match = /^\s*(\d+)\s+(\d+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s+(.*)$/.exec(line);
      if (!match) return [];
      const [, pid, parent, started, command] = match;
      return [
        {
          pid: Number(pid),
          parent: Number(parent),
          started: started ?? '',
          environment: ` ${command} `.replaceAll(' ', '\0'),
          starting: false,
        },
      ];
    });
}

export function processIdentity({ pid, started }: ProcessEntry): string {
  return `${pid}@${started}`;
}

/** Processes with everything they started, as far as the parents are alive. Never includes this process. */
export function withDescendants(
  table: readonly ProcessEntry[],
  roots: readonly ProcessEntry[],
): ProcessEntry[] {
  const chosen = new Set(roots.map(({ pid }) => pid));
  for (let size = -1; size !== chosen.size;) {
    size = chosen.size;
    for (const { pid, parent } of table) if (chosen.has(parent)) chosen.add(pid);
  }
  chosen.delete(process.pid);
  return table.filter(({ pid }) => chosen.has(pid));
}
