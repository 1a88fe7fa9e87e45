import { usableCores } from './cores.ts';
import { WorkerCountError } from './errors.ts';

/** More workers than this are only used when asked for by number. */
const AUTO_MAX_WORKERS = 8;

/**
 * The number of workers for `available` tickets. `auto` is half the cores, at most 8; any other request is a
 * whole number from 1. Never more than there are tickets, never less than 1.
 * The default for `cores` is what this process may use, see {@link usableCores}.
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
