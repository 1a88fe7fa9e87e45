import type { RunForecast } from '@sage/stream';
import stringWidth from 'string-width';
import { column, fitName } from '../printable.ts';

const LABEL_COLUMNS = 4;
const MAX_WORKERS = 16;
/** If tickets would have fewer columns than this on average, only the first part of the run is drawn. */
const MIN_COLUMNS = 8;
/** A rest of less than this share of a run is not left out. */
const REST_SHARE = 0.3;

/** A line for each worker, with each ticket from its start to its end, and as much of its id as fits. */
export function formatGantt(
  assignments: readonly Pick<RunForecast['assignments'][number], 'id' | 'worker' | 'start' | 'end'>[],
  minutes: number,
  width: number,
): string[] {
  const columns = width - LABEL_COLUMNS - 1;
  const span = drawn(assignments, minutes, columns);
  const at = (minute: number): number =>
    span === 0 ? 0 : Math.min(columns, Math.round((minute / span) * columns));
  const byWorker = Map.groupBy(assignments, ({ worker }) => worker);
  const workers = [...byWorker.keys()].toSorted((a, b) => a - b);
  const lines = workers.slice(0, MAX_WORKERS).map((worker) => {
    let line = column(String(worker), LABEL_COLUMNS);
    let used = 0;
    for (const { id, start, end } of byWorker.get(worker) ?? []) {
      const [from, to] = [at(start), at(end)];
      // Too short to be seen.
      if (to <= Math.max(used, from)) continue;
      if (from > used) line += (used > 0 ? '|' : ' ').padEnd(from - used);
      used = Math.max(used, from);
      const room = to - used - 1;
      const name = room > 1 ? fitName(id, room) : '';
      line += `|${name}${'-'.repeat(Math.max(0, room - stringWidth(name)))}`;
      used = to;
    }
    return `${line}|`;
  });
  if (workers.length > MAX_WORKERS) lines.push(`... and ${workers.length - MAX_WORKERS} more workers`);
  const last = span < minutes ? `the first ${hours(span)} of ${hours(minutes)}` : hours(minutes);
  return [...lines, `${' '.repeat(LABEL_COLUMNS)}0${last.padStart(columns - 1)}`];
}

/** How many minutes of a run fit. */
function drawn(
  assignments: readonly { readonly start: number; readonly end: number }[],
  minutes: number,
  columns: number,
): number {
  const work = assignments.reduce((sum, { start, end }) => sum + end - start, 0);
  const room = assignments.length === 0 ? minutes : ((work / assignments.length) * columns) / MIN_COLUMNS;
  return room > minutes * (1 - REST_SHARE) ? minutes : room;
}

/** Minutes as a person says them. */
export function hours(minutes: number): string {
  if (minutes > 0 && minutes < 0.95) return `${Math.max(1, Math.round(minutes * 60))} s`;
  if (minutes < 90) return `${Math.round(minutes)} min`;
  const value = minutes / 60;
  return value < 10 ? `${value.toFixed(1)} h` : `${Math.round(value)} h`;
}
