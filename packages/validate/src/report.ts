export type CheckStatus = 'pass' | 'warn' | 'fail';

export interface Check {
  /** 1 to 17, see `CHECK_NAMES`. */
  readonly section: number;
  /** The section's name, with what was found after a dot: `references.unknown`. */
  readonly id: string;
  readonly status: CheckStatus;
  /** What was found and what to do, in one line. */
  readonly message: string;
  /** Ids of the tickets it is about, in the order of the index; `#3` is the third where it has no id. */
  readonly tickets: string[];
}

export interface Parallelisation {
  /** Tickets that are to be done, containers not counted. */
  readonly unprocessed: number;
  /** Open containers: done when their children are. */
  readonly containers: number;
  /** Those of the tickets that could start now. */
  readonly independent: number;
  /** `independent / unprocessed`, 0 if there is nothing to do. */
  readonly ratio: number;
  /** Tickets of the widest batch with a worker for everyone. */
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
  /** No check failed; under `strict`, none warned either. */
  readonly ok: boolean;
  readonly checks: Check[];
  /** Each id depends on the next, the last on the first. */
  readonly cycles: string[][];
  readonly parallel: Parallelisation;
}
