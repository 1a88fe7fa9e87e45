export type CannotCheckErrorCode = 'NO_INDEX' | 'UNREADABLE' | 'UNKNOWN_CHECK';

/** There is nothing that could be checked; a report is not made. */
export class CannotCheckError extends Error {
  override readonly name = 'CannotCheckError';
  readonly code: CannotCheckErrorCode;

  constructor(code: CannotCheckErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
