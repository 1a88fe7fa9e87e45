export type CheckStatus = 'pass' | 'warn' | 'fail';

export interface Check {
  /** 1 to 17, see `CHECK_NAMES`. */
  readonly section: number;
  /** The section's name, followed by a dot and the kind of finding: `references.unknown`. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was found and what to do, in one line. */
  readonly message: string;
  /** Ids of the affected tickets, in the order of the index; `#3` is the third ticket if it has no id. */
  readonly tickets: string[];
}

export interface Parallelisation {
  /** Open tickets, without containers. */
  readonly unprocessed: number;
  /** Open containers, which are done when their children are. */
  readonly containers: number;
  /** How many open tickets could start now. */
  readonly independent: number;
  /** `independent / unprocessed`, 0 if there is nothing to do. */
  readonly ratio: number;
  /** The number of tickets in the widest batch, with unlimited workers. */
  readonly width: number;
  /** The longest chain by estimated duration, as ids. */
  readonly criticalPath: string[];
  readonly recommendedWorkers: number;
  readonly reason: string;
  /** Simulated makespan in minutes for each number of workers. */
  readonly table: { workers: number; makespan: number }[];
}

/** The contract of `sage validate --json`. */
export interface ValidationReport {
  readonly v: 1;
  /** No check failed and, with `strict`, none warned. */
  readonly ok: boolean;
  readonly checks: Check[];
  /** Each id depends on the next, the last on the first. */
  readonly cycles: string[][];
  readonly parallel: Parallelisation;
}
