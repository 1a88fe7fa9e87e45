import type { CommandRun } from '../process/command-run.ts';
import type { PermissionRequest } from './permission.ts';
import type { AgentReport } from './report.ts';
import type { FinishedWork, Review } from './review.ts';

/** Callbacks and signals for one running attempt. */
export interface AgentRun extends CommandRun {
  /** Called with the agent's report so far, whenever it has grown. */
  readonly onReport?: (report: AgentReport) => void;
  /** Asks a person whether an agent may do something, instead of applying the agent's policy. */
  readonly onPermission?: (request: PermissionRequest) => Promise<boolean>;
  /**
   * Awaited after the agent and everything it started have ended, before its work is collected. The worker is free.
   */
  readonly beforeCollecting?: (exitCode: number | null) => Promise<void>;
  /**
   * Journals that the attempt is about to be sent to another machine. Returns the number that identifies its result.
   */
  readonly issueFence?: () => Promise<number>;
  /** Asks a person about finished work before the attempt ends. This time does not count as the agent's. */
  readonly onReview?: (work: FinishedWork) => Promise<Review>;
}
