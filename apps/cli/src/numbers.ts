import { UsageError } from './errors.ts';

export function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new UsageError(`${flag} ${text} is no number of 1 or more`);
  return value;
}

export function amount(flag: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new UsageError(`${flag} ${text} is no amount above 0`);
  return value;
}
