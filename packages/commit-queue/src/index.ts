export type {
  AuditOptions,
  AuditProblem,
  AuditProblemKind,
  AuditReport,
  Claim,
  DoneTicket,
} from './audit/audit.ts';
export { openCommitQueue } from './queue/open-commit-queue.ts';
export type { CommitQueue, EntryFilter } from './queue/commit-queue.ts';
export type { CommitQueueOptions } from './queue/queue-options.ts';
export type { CommittedWork, Work, WorkDescription, WorkInFiles } from './entries/enqueue.ts';
export { TRANSITIONS, type EntryState, type QueueEntry } from './entries/entry.ts';
export {
  EntryError,
  LockTimeoutError,
  QueueStoppedError,
  UnfinishedLandingError,
  type EntryErrorCode,
  type QueueStopCode,
} from './errors.ts';
export type { Candidate, Verdict } from './landing/landing-context.ts';
export type { LandingStyle } from './landing/landing-style.ts';
export type { ManagedCommit } from './landing/land-managed-files.ts';
export { withVerifyCache } from './verification/verify-cache.ts';
export { acquireLock, type Lock, lockOwner, type LockOptions } from './lock/lock.ts';
export type { LockOwner } from './lock/lock-owner.ts';
export type { ManagedFile } from './checkouts/managed-files.ts';
export type { PlannedWork } from './landing/predict.ts';
export type { ProcessOptions, SettledEntry } from './queue/land-queued.ts';
export { CRASH_POINTS, type OnStep, type Step } from './crash-points.ts';
export type { ProcessIdentity } from './lock/process-identity.ts';
export { decodeTrailer, encodeTrailer, ENTRY_TRAILER, TICKET_TRAILER } from './landing/trailers.ts';
