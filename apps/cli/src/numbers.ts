import { UsageError } from './errors.ts';

export function parseWholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`${flag} ${text} must be at least 1`);
  return value;
}

export function amount(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`${flag} ${text} must be above 0`);
  return value;
}
