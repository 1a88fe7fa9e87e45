import { usableCores } from './cores.ts';
import { WorkerCountError } from './errors.ts';

/** `auto` never uses more workers than this. */
const AUTO_MAX_WORKERS = 8;

/**
 * The number of workers for `available` tickets. `auto` is half the cores, at most 8; any other request is a whole
 * number from 1. The result is at least 1, and otherwise at most the number of tickets. `cores` defaults to what this
 * process may use, see {@link usableCores}.
 * @throws {WorkerCountError}
 */
export function determineWorkerCount(
  requested: number | string,
  available: number,
  { cores = usableCores() }: { cores?: number } = {},
): number {
  const wanted =
    requested === 'auto' ? Math.min(Math.floor(cores / 2), AUTO_MAX_WORKERS) : wholeNumber(requested);
  return Math.max(1, Math.min(wanted, available));
}

/** @throws {WorkerCountError} */
export function wholeNumber(requested: number | string): number {
  const value = typeof requested === 'string' && /^\d+$/.test(requested) ? Number(requested) : requested;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1)
    throw new WorkerCountError(requested);
  return value;
}
