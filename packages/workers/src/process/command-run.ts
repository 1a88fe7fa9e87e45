/** Callbacks and signals for a running command. */
export interface CommandRun {
  /** When aborted, the command is asked to end, and killed after a grace period. */
  readonly signal?: AbortSignal;
  /** When aborted, the command is killed at once. */
  readonly killSignal?: AbortSignal;
  readonly onStarted?: () => void;
  /** Seconds without any output; 0 when there is output again. */
  readonly onQuiet?: (seconds: number) => void;
}

export interface CommandLimits {
  /** Wall-clock limit in milliseconds. */
  readonly timeout: number;
  /** Limit of time without any output, in milliseconds; none by default. */
  readonly idleTimeout?: number;
  /** Limit of output in bytes; none by default. */
  readonly maxOutput?: number;
  /** Limit of processes at a time; none by default. */
  readonly maxProcesses?: number;
  /** Limit of disk space used in the working directory, in bytes; none by default. */
  readonly maxDisk?: number;
}
