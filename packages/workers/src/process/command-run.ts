/** Follows and ends a command while it runs. */
export interface CommandRun {
  /** Aborted: the command is ended, with grace. */
  readonly signal?: AbortSignal;
  /** Aborted: the command is killed at once. */
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
  /** Limit of what is in the working directory, in bytes on the disk; none by default. */
  readonly maxDisk?: number;
}
