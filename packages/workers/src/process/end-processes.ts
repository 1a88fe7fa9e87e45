import { setTimeout as delay } from 'node:timers/promises';
import type { ControlGroup } from './control-group.ts';
import { listProcesses, type ProcessEntry, processIdentity, withDescendants } from './process-table.ts';

/**
 * Variables that every process of an attempt carries. A process group is not enough, because agents start tools in
 * new sessions.
 */
export type ProcessMark = Readonly<{ SAGE_RUN_ID: string; SAGE_WORKTREE?: string }>;

/** The variables that identify every process of a run, or of one use of a worktree. */
export function processMark(run: string, worktree?: string): ProcessMark {
  return { SAGE_RUN_ID: run, ...(worktree !== undefined && { SAGE_WORKTREE: worktree }) };
}

/** How long a process may take to end after SIGTERM, before SIGKILL. */
export const GRACE_MS = 5_000;

export interface EndOptions {
  /** Time between SIGTERM and SIGKILL in milliseconds, at most 10 s. */
  readonly grace: number;
  /** A leader whose descendants belong to it even if they have dropped the mark. */
  readonly leader?: number;
  /**
   * A process that ends by itself after the others, but would take them along if it got SIGTERM. It only gets
   * SIGKILL.
   */
  readonly keeper?: number;
  /** Processes to end, whatever they are running now. Those that have already ended are ignored. */
  readonly known?: readonly ProcessEntry[];
  /** Everything in these groups is ended, whatever it is running now. */
  readonly groups?: readonly ControlGroup[];
  /** When aborted, the grace period is over. */
  readonly killSignal?: AbortSignal;
}

/** How often, at intervals of 20 ms and more, to wait for processes that are in the middle of starting a program. */
const MAX_STARTING_CHECKS = 8;

/**
 * Ends every process that carries the mark or is in a group, and every descendant of the leader, with SIGTERM, grace
 * period and SIGKILL. Resolves when none of them is alive, with the pids found.
 */
export async function endProcesses(mark: ProcessMark, options: EndOptions): Promise<number[]> {
  const found = new Map((options.known ?? []).map((entry) => [processIdentity(entry), entry]));
  const { groups = [] } = options;
  const asked = new Set<string>();
  const deadline = performance.now() + Math.min(options.grace, 10_000);
  for (let round = 0; ; round++) {
    const [table, ...members] = await Promise.all([
      listProcesses(),
      ...groups.map((group) => group.members()),
    ]);
    const late = performance.now() >= deadline || options.killSignal?.aborted === true;
    for (const entry of table)
      if (members.some((pids) => pids.has(entry.pid))) found.set(processIdentity(entry), entry);
    for (const entry of select(table, mark, options.leader, found)) found.set(processIdentity(entry), entry);
    const alive = table.filter((entry) => found.has(processIdentity(entry)));
    // A process that is just starting a program may turn out to carry the mark, so look again a limited number of
    // times.
    const unclear = round < MAX_STARTING_CHECKS && table.some(({ starting }) => starting);
    if (alive.length === 0 && !unclear) return [...found.values()].map(({ pid }) => pid);
    if (late) for (const group of groups) await group.kill();
    // A process that forks between two rounds is found in the next one. The loop ends when a round finds none.
    for (const entry of alive) {
      if (late) kill(entry.pid, 'SIGKILL');
      else if (!asked.has(processIdentity(entry)) && entry.pid !== options.keeper) kill(entry.pid, 'SIGTERM');
      asked.add(processIdentity(entry));
    }
    await delay(Math.min(20 * 2 ** round, 200));
  }
}

/** The pids of the processes that carry the mark, and of their descendants. */
export async function findProcesses(mark: ProcessMark): Promise<number[]> {
  return select(await listProcesses(), mark, undefined).map(({ pid }) => pid);
}

function select(
  table: readonly ProcessEntry[],
  mark: ProcessMark,
  leader: number | undefined,
  found: ReadonlyMap<string, unknown> = new Map(),
): ProcessEntry[] {
  const words = Object.entries(mark).map(([name, value]) => `\0${name}=${value}\0`);
  const roots = table.filter(
    (entry) =>
      entry.pid === leader ||
      found.has(processIdentity(entry)) ||
      words.every((word) => entry.environment.includes(word)),
  );
  return withDescendants(table, roots);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Already gone.
  }
}
