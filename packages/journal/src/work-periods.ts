import type { RunEvent } from './events.ts';

/** From the start of a process of a run to its last event; ms since the epoch. */
export interface WorkPeriod {
  readonly start: number;
  readonly end: number;
}

/** When a run was worked on, in order: between two periods it was interrupted. */
export function workPeriods(events: Iterable<RunEvent>): WorkPeriod[] {
  const periods: { start: number; end: number }[] = [];
  for (const { event, time } of events) {
    const now = Date.parse(time);
    if (Number.isNaN(now)) continue;
    const last = periods.at(-1);
    if (event === 'run.started' || !last) periods.push({ start: now, end: now });
    else last.end = Math.max(last.end, now);
  }
  return periods;
}

/** How much of a run was worked on until `time`, in ms. */
export function workedUntil(periods: readonly WorkPeriod[], time: number): number {
  return periods.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(Math.max(start, end), time) - start),
    0,
  );
}
