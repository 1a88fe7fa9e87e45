import type { Cleaning, Found, Residue } from '@sage/stream';
import { column, counted, printable } from '../printable.ts';

/** What would be removed, one line each. */
export function formatFound({ remove }: Found): string {
  return remove.map((residue) => line('remove', residue)).join('');
}

/** What stays and why, and what happened to the rest. */
export function formatCleaning({ remove, keep, removed, failures }: Cleaning): string {
  const kept = keep.map((residue) => line('keep', residue));
  const failed = failures.map((failure) => `WARNING: ${printable(failure)}\n`);
  return [...kept, ...failed, `${outcome(remove.length, removed.length)}\n`].join('');
}

function outcome(found: number, removed: number): string {
  if (found === 0) return 'nothing to remove';
  if (removed === 0) return `nothing is removed yet: sage clean --yes removes ${counted(found, 'thing')}`;
  return `removed ${counted(removed, 'thing')}`;
}

function line(what: string, { kind, name, why }: Residue): string {
  const short = name.replace(/^refs\/heads\//, '');
  return `${column(what, 6)}  ${column(kind, 9)}  ${printable(short)}: ${printable(why)}\n`;
}
