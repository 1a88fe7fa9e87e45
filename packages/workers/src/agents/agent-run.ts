import type { CommandRun } from '../process/command-run.ts';
import type { PermissionRequest } from './permission.ts';
import type { AgentReport } from './report.ts';
import type { FinishedWork, Review } from './review.ts';

/** Follows and ends one attempt while it runs. */
export interface AgentRun extends CommandRun {
  /** What the agent has reported so far, whenever there is more. */
  readonly onReport?: (report: AgentReport) => void;
  /** Asks a person whether an agent may do something, instead of the agent's policy. */
  readonly onPermission?: (request: PermissionRequest) => Promise<boolean>;
  /** Awaited when the agent and all that it started have ended, before its work is collected: the worker is free. */
  readonly beforeCollecting?: (exitCode: number | null) => Promise<void>;
  /** Journals that the attempt is given to another machine; returns a number by which its result is known. */
  readonly issueFence?: () => Promise<number>;
  /** Asks a person about finished work before the attempt ends. The time that it takes is not the agent's. */
  readonly onReview?: (work: FinishedWork) => Promise<Review>;
}
