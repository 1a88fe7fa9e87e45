export type CannotCheckErrorCode = 'NO_INDEX' | 'UNREADABLE' | 'UNKNOWN_CHECK';

/** There is nothing to check, so there is no report. */
export class CannotCheckError extends Error {
  override readonly name = 'CannotCheckError';
  readonly code: CannotCheckErrorCode;

  constructor(code: CannotCheckErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
