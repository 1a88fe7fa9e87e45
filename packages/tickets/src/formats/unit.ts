import { TicketIndexError } from '../errors.ts';
import type { BacklogFormat, FormatOptions } from './format.ts';

/** @throws {TicketIndexError} with the available units. */
export function unitOf(
  { name, units }: Pick<BacklogFormat, 'name' | 'units'>,
  { unit }: FormatOptions,
  file: string,
): string {
  if (unit === undefined) return units[0]!;
  if (units.includes(unit)) return unit;
  const problem = `${name} has no unit ${JSON.stringify(unit)}: give one of ${units.join(', ')}`;
  throw new TicketIndexError({ file, code: 'UNKNOWN_UNIT', problem });
}
