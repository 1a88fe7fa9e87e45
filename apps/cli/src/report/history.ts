import { workPeriods } from '@sage/journal';
import type { KnownRun } from '@sage/stream';
import { column, fit } from '../printable.ts';
import { spoken, used } from '../report/figures.ts';
import type { Screen } from '../reporters/screen.ts';
import { timeOfDay } from '../reporters/time-of-day.ts';

const RUN_COLUMNS = 22;
const STATE_COLUMNS = 13;
const LANDED_COLUMNS = 9;
const TIME_COLUMNS = 8;

/** A run in the contract of `sage history --json`. */
export interface HistoryEntry {
  readonly run: string;
  readonly state: KnownRun['status']['state'];
  readonly target: string;
  readonly agent: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly landed: number;
  /** Without containers. */
  readonly tickets: number;
  readonly deferred: number;
  /** How long the run was worked on. */
  readonly seconds: number;
  readonly tokens?: number;
  readonly costUsd?: number;
}

export function historyEntry({
  run,
  events,
  status,
}: Pick<KnownRun, 'run' | 'events' | 'status'>): HistoryEntry {
  const { state, target, agent, started, tickets, usage } = status;
  const worked = workPeriods(events).reduce((sum, { start, end }) => sum + end - start, 0);
  return {
    run,
    state,
    target,
    agent,
    started,
    landed: tickets.completed,
    tickets: Object.values(tickets).reduce((sum, count) => sum + count, 0),
    deferred: tickets.deferred,
    seconds: Math.round(worked) / 1_000,
    ...usage,
  };
}

/** One line for each run, relative to the time `now`. */
export function formatHistory(
  entries: readonly HistoryEntry[],
  now: Date,
  { colors, columns }: Screen,
): string {
  if (entries.length === 0) return 'no run yet: sage stream starts one\n';
  return entries
    .map((entry) => {
      const { run, state, landed, tickets, seconds, target, started } = entry;
      const isDone = state === 'finished' && landed === tickets;
      const paint = isDone ? colors.green : state === 'working' ? colors.cyan : colors.yellow;
      const figures = [
        column(`${landed} of ${tickets}`, LANDED_COLUMNS),
        column(spoken(seconds), TIME_COLUMNS),
        timeOfDay(started, now.toISOString()),
        `on ${target.replace('refs/heads/', '')}`,
        used(entry),
      ].filter((part) => part !== '');
      // Never cut, because the name of the run is for pasting.
      const head = `${run.padEnd(RUN_COLUMNS)}  ${paint(column(state, STATE_COLUMNS))}`;
      return `${head}${fit(figures.join('  '), Math.max(20, columns - RUN_COLUMNS - STATE_COLUMNS - 2))}\n`;
    })
    .join('');
}
