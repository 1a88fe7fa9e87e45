import type { RunEvent } from './events.ts';

/** From the start of one of a run's processes to its last event, in ms since the epoch. */
export interface WorkPeriod {
  readonly start: number;
  readonly end: number;
}

/** The periods in which a run was worked on, in order. Between two periods it was interrupted. */
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

/** How long a run was worked on until `time`, in ms. */
export function workedUntil(periods: readonly WorkPeriod[], time: number): number {
  return periods.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(Math.max(start, end), time) - start),
    0,
  );
}
