export type TicketIndexErrorCode =
  | 'NOT_FOUND'
  | 'UNREADABLE'
  | 'NOT_UTF8'
  | 'NUL_BYTE'
  | 'CONFLICT_MARKERS'
  | 'NOT_JSON'
  | 'DUPLICATE_KEY'
  | 'TWO_DOCUMENTS'
  | 'NOT_AN_INDEX'
  | 'NO_ID'
  | 'BAD_ID'
  | 'BAD_STATE'
  | 'BAD_FIELD'
  | 'DUPLICATE_ID'
  | 'UNKNOWN_TAG'
  | 'UNKNOWN_UNIT'
  | 'UNKNOWN_TICKET';

export interface TextPlace {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 code units. */
  readonly column: number;
}

interface TicketIndexErrorDetails {
  readonly file: string;
  readonly code: TicketIndexErrorCode;
  /** What is wrong and what to do next, in one line, without the place. */
  readonly problem: string;
  readonly place?: TextPlace;
  readonly ticket?: string;
  readonly cause?: unknown;
}

/**
 * A ticket index that cannot be read, or cannot be changed as requested. The message starts with `file:line:column`.
 */
export class TicketIndexError extends Error {
  override readonly name = 'TicketIndexError';
  readonly code: TicketIndexErrorCode;
  readonly file: string;
  readonly problem: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The id of the faulty ticket, if there is one. */
  readonly ticket: string | undefined;

  constructor({ file, code, problem, place, ticket, cause }: TicketIndexErrorDetails) {
    const where = place ? `${file}:${place.line}:${place.column}` : file;
    super(`${where}: ${problem}`, { cause });
    this.code = code;
    this.file = file;
    this.problem = problem;
    this.line = place?.line;
    this.column = place?.column;
    this.ticket = ticket;
  }
}
