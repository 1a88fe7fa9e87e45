/**
 * A run cannot start in the present state of the repository, the branch or the backlog. Nothing was started or
 * changed.
 */
export class CannotStartError extends Error {
  override readonly name = 'CannotStartError';
  readonly code:
    | 'GIT_TOO_OLD'
    | 'NO_COMMIT'
    | 'NO_ROOM'
    | 'TOO_FEW_FILES'
    | 'DETACHED_HEAD'
    | 'OPERATION_IN_PROGRESS'
    | 'UNKNOWN_BRANCH'
    | 'READ_ONLY'
    | 'ALREADY_RUNNING'
    | 'SETUP_FAILS'
    | 'TRACKED_RUNS'
    | 'VERIFY_FAILS'
    | 'WRONG_WORKFLOW_MODE';

  constructor(code: CannotStartError['code'], message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** There is no active run that could be asked. Nothing was changed. */
export class NoRunError extends Error {
  override readonly name = 'NoRunError';
  readonly code = 'NO_RUN';
}

/** The run cannot do what was requested for this ticket. */
export class NoTicketError extends Error {
  override readonly name = 'NoTicketError';
  readonly code = 'NO_TICKET';
}

/** The intended backlog does not exist, or it is unclear which one is meant. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code = 'NO_SOURCE';
}

/** The tickets of the index cannot be put in order. */
export class BacklogError extends Error {
  override readonly name = 'BacklogError';
  readonly code: 'UNKNOWN_DEPENDENCY' | 'CYCLE' | 'UNKNOWN_TICKET' | 'UNKNOWN_COMPONENT';
  readonly file: string;
  readonly tickets: readonly string[];

  constructor(code: BacklogError['code'], file: string, tickets: readonly string[], message: string) {
    super(`${file}: ${message}`);
    this.code = code;
    this.file = file;
    this.tickets = tickets;
  }
}

/** The target branch is gone, or no longer contains what landed on it. The run stops, and can be resumed. */
export class TargetLostError extends Error {
  override readonly name = 'TargetLostError';
  readonly code = 'TARGET_LOST';
  readonly target: string;

  constructor(target: string, message: string) {
    super(message);
    this.target = target;
  }
}

/** There is no output for this ticket, or for this attempt. */
export class NoLogError extends Error {
  override readonly name = 'NoLogError';
  readonly code = 'NO_LOG';
  readonly ticket: string;

  constructor(ticket: string, message: string) {
    super(message);
    this.ticket = ticket;
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
