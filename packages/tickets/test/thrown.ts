import { TicketIndexError } from '../src/errors.ts';

/** The error that `action` throws; any other outcome fails the test. */
export function thrownBy(action: () => unknown): TicketIndexError {
  try {
    action();
  } catch (error) {
    if (error instanceof TicketIndexError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
