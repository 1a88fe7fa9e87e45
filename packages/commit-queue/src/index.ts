export type { AuditOptions, AuditProblem, AuditProblemKind, AuditReport } from './audit.ts';
export { openCommitQueue } from './open-commit-queue.ts';
export type { CommitQueue, EntryFilter } from './commit-queue.ts';
export type { CommitQueueOptions } from './queue-options.ts';
export type { CommittedWork, Work, WorkDescription, WorkInFiles } from './enqueue.ts';
export { TRANSITIONS, type EntryState, type QueueEntry } from './entry.ts';
export {
  EntryError,
  LockTimeoutError,
  QueueStoppedError,
  type EntryErrorCode,
  type QueueStopCode,
} from './errors.ts';
export type { Candidate, Verdict } from './landing-context.ts';
export type { LandingStyle } from './landing-style.ts';
export type { ManagedCommit } from './land-managed-files.ts';
export { acquireLock, type Lock, lockOwner, type LockOptions } from './lock.ts';
export type { LockOwner } from './lock-owner.ts';
export type { ManagedFile } from './managed-files.ts';
export type { PlannedWork } from './predict.ts';
export type { ProcessOptions, Settled } from './process-queue.ts';
export { STEPS, type OnStep, type Step } from './steps.ts';
export type { ProcessIdentity } from './process-identity.ts';
export { decodeTrailer, encodeTrailer, ENTRY_TRAILER, TICKET_TRAILER } from './trailers.ts';
