import type { Candidate, Verdict } from '@sage/commit-queue';
import type { WorkerPool } from '../ports.ts';

/** What has to pass before work lands. */
export interface VerifySettings {
  /** A shell line that has to pass on the merged result. */
  readonly command: string;
  /** Verify commands that run at the same time; 1 by default. */
  readonly slots?: number;
  /** See `CommitQueueOptions.verifyMode`. */
  readonly mode?: 'chain' | 'batch';
  /** Wall-clock limit of one verify in milliseconds; that of an attempt by default. */
  readonly timeout?: number;
  /** On this machine, or in a slot of a worker on another one; `here` by default. */
  readonly where?: 'here' | 'workers';
  /** Variables that the result depends on. A tree that has passed with other values is verified again. */
  readonly environment?: readonly string[];
}

/** The verify options of a commit queue. */
export interface QueueVerification {
  readonly verify: (candidate: Pick<Candidate, 'commit' | 'signal'>) => Promise<Verdict>;
  readonly verifyMode: 'chain' | 'batch';
  readonly verifySlots: number;
  readonly verifyKey: string;
}

export interface VerificationContext {
  readonly workers: Pick<WorkerPool, 'check'>;
  readonly run: string;
  /** When aborted, a running verify is ended. */
  readonly stop?: AbortSignal;
  /** The caller's environment; `process.env` by default. */
  readonly variables?: NodeJS.ProcessEnv;
}

/**
 * Creates the verify of a queue: it runs the command in a separate worktree at exactly the commit that would land.
 */
export function queueVerification(
  { command, slots = 1, mode = 'chain', timeout, environment = [], where }: VerifySettings,
  { workers, run, stop, variables = process.env }: VerificationContext,
): QueueVerification {
  const values = environment.toSorted().map((name) => [name, variables[name] ?? null]);
  return {
    verifyMode: mode,
    verifySlots: slots,
    verifyKey: JSON.stringify([command, values]),
    verify: ({ commit, signal }) =>
      workers.check({
        run,
        command,
        commit,
        timeout,
        elsewhere: where === 'workers',
        signal: stop ? AbortSignal.any([signal, stop]) : signal,
      }),
  };
}
