import { CheckoutError, GitError } from '@sage/git';
import type { LockOwner } from './lock/lock-owner.ts';

export type QueueStopCode =
  | 'DIRTY_OVERLAP'
  | 'LOCK_TIMEOUT'
  | 'LOST_LOCK'
  | 'TARGET_GONE'
  | 'TARGET_BUSY'
  | 'WRONG_MERGE'
  | 'CANNOT_LAND'
  | 'CANNOT_SIGN'
  | 'CANNOT_WRITE'
  | 'OPERATION_IN_PROGRESS';

/** The queue had to stop before a landing. Nothing was moved, and the entry stays queued for the next time. */
export class QueueStoppedError extends Error {
  override readonly name = 'QueueStoppedError';
  readonly code: QueueStopCode;
  /** Paths in the way, relative to the checkout (lock files are absolute). */
  readonly paths: readonly string[];
  /** The holder of the lock, with LOCK_TIMEOUT. */
  readonly owner: LockOwner | undefined;

  constructor(
    code: QueueStopCode,
    message: string,
    options: { paths?: readonly string[]; owner?: LockOwner; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.paths = options.paths ?? [];
    this.owner = options.owner;
  }
}

/**
 * The target has moved and the landing stands, but a checkout or the queue's own record could not follow. Until the
 * next `process` completes this, the checkout may show the landing as a staged revert.
 */
export class UnfinishedLandingError extends Error {
  override readonly name = 'UnfinishedLandingError';
  readonly code = 'UNFINISHED_LANDING';
  readonly target: string;
  readonly commit: string;
  /** Paths in the way, relative to the checkout (lock files are absolute). */
  readonly paths: readonly string[];

  constructor(target: string, commit: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super(
      `${target} has moved to ${commit}, and a checkout of it could not follow: ${why}: fix that and process the queue again before you commit there`,
      { cause },
    );
    this.target = target;
    this.commit = commit;
    this.paths = cause instanceof CheckoutError || cause instanceof QueueStoppedError ? cause.paths : [];
  }
}

export type EntryErrorCode =
  | 'UNREADABLE_ENTRY'
  | 'UNKNOWN_ENTRY'
  | 'WRONG_STATE'
  | 'BAD_TARGET'
  | 'BAD_COMMIT'
  | 'BAD_BASE'
  | 'BAD_FILE'
  | 'BAD_AUTHOR';

/** An entry cannot be created, read or changed as requested; `subject` is the file, id, ref or path concerned. */
export class EntryError extends Error {
  override readonly name = 'EntryError';
  readonly code: EntryErrorCode;
  readonly subject: string;

  constructor(code: EntryErrorCode, subject: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.subject = subject;
  }
}

/** Another process held the lock until the timeout. */
export class LockTimeoutError extends Error {
  override readonly name = 'LockTimeoutError';
  readonly code = 'LOCK_TIMEOUT';
  readonly owner: LockOwner;
  readonly file: string;

  constructor(file: string, owner: LockOwner) {
    const who = owner.purpose === '' ? `process ${owner.pid}` : `process ${owner.pid} (${owner.purpose})`;
    super(
      `${who} on ${owner.host} has held the lock since ${owner.since}: wait for it, or remove ${file} if you are certain that it is gone`,
    );
    this.owner = owner;
    this.file = file;
  }
}

/** Whether only one entry is at fault, and not its target or the queue. The other entries may then still land. */
export function isOfEntry(error: unknown): error is Error {
  return error instanceof GitError || (error instanceof QueueStoppedError && error.code === 'WRONG_MERGE');
}
