export type CheckStatus = 'pass' | 'warn' | 'fail';

export interface Check {
  /** 1 to 17, see `CHECK_NAMES`. */
  section: number;
  /** The section's name, with what was found after a dot: `references.unknown`. */
  id: string;
  status: CheckStatus;
  /** What was found and what to do, in one line. */
  message: string;
  /** Ids of the tickets it is about, in the order of the index; `#3` is the third where it has no id. */
  tickets: string[];
}

export interface Parallelisation {
  /** Tickets that are to be done, containers not counted. */
  unprocessed: number;
  /** Those of them that could start now. */
  independent: number;
  /** `independent / unprocessed`, 0 if there is nothing to do. */
  ratio: number;
  /** Tickets of the widest batch with a worker for everyone. */
  width: number;
  /** The longest chain by estimated duration, as ids. */
  criticalPath: string[];
  recommendedWorkers: number;
  reason: string;
  /** Simulated makespan in minutes for each number of workers. */
  table: { workers: number; makespan: number }[];
}

/** The contract of `sage validate --json`. */
export interface ValidationReport {
  v: 1;
  /** No check failed; under `strict`, none warned either. */
  ok: boolean;
  checks: Check[];
  /** Each id depends on the next, the last on the first. */
  cycles: string[][];
  parallel: Parallelisation;
}
