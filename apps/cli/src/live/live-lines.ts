import type { AgentStatus, RunStatus } from '@sage/journal';
import stringWidth from 'string-width';
import { column, counted, fit, fitName } from '../printable.ts';
import { timeOfDay } from '../reporters/time-of-day.ts';

export interface LiveSize {
  readonly columns: number;
  readonly rows: number;
}

/** Lines of the view other than lanes: a rule, what lands, the sums, the keys. */
const OTHER_LINES = 4;
/** Permanent lines that stay visible above it. */
const ROWS_ABOVE = 6;
const MAX_LANES = 12;
const MAX_COLUMNS = 120;
const ID_COLUMNS = 14;

/** The height of the view. It only changes with the terminal and the number of workers. */
export function liveHeight(workers: number, { rows }: Pick<LiveSize, 'rows'>): number {
  return lanesFor(workers, rows) + OTHER_LINES;
}

/**
 * The current state of a run in lines that fit the terminal: a lane for each worker (as far as there is room), what
 * waits to land, progress, and the keys.
 */
export function liveLines(status: RunStatus, now: Date, size: LiveSize, help: readonly string[]): string[] {
  const columns = Math.min(size.columns - 1, MAX_COLUMNS);
  const lanes = lanesFor(status.workers, size.rows);
  const { agents } = status;
  const shown = agents.length > lanes ? agents.slice(0, lanes - 1) : agents;
  const rows = shown.map((agent) => lane(agent, now, columns));
  if (shown.length < agents.length) rows.push(summary(agents.slice(shown.length), columns));
  while (rows.length < lanes) rows.push('');
  return [
    '─'.repeat(columns),
    ...rows,
    fit(landing(status), columns),
    fitParts(sums(status, now), ', ', columns),
    fitParts(help, '   ', columns),
  ];
}

function lanesFor(workers: number, rows: number): number {
  return Math.max(1, Math.min(workers, MAX_LANES, rows - OTHER_LINES - ROWS_ABOVE));
}

/**
 * `2  API-3          Edit src/app.ts                 2m 10s  12k  $0.40`: the parts that change most often come last.
 */
function lane(agent: AgentStatus, now: Date, columns: number): string {
  const { worker, ticket, attempt, activity, title, quiet } = agent;
  const elapsed = Math.max(0, now.getTime() - Date.parse(agent.since));
  const spent = [
    duration(elapsed),
    ...(agent.tokens ? [thousands(agent.tokens)] : []),
    ...(agent.costUsd === undefined ? [] : [`$${agent.costUsd.toFixed(2)}`]),
  ].join('  ');
  const name = `${column(String(worker), 4)}${column(fitName(ticket, ID_COLUMNS), ID_COLUMNS)}  `;
  const again = attempt > 1 ? `attempt ${attempt}: ` : '';
  const does = quiet === undefined ? (activity ?? title) : `nothing printed for ${duration(quiet * 1000)}`;
  const room = Math.max(0, columns - name.length - spent.length - 2);
  return fit(`${name}${column(again + does, room)}  ${spent}`, columns);
}

/** As many parts as fit, the most important first. */
function fitParts(parts: readonly string[], between: string, columns: number): string {
  const shown = [...parts];
  while (shown.length > 1 && stringWidth(shown.join(between)) > columns) shown.pop();
  return fit(shown.join(between), columns);
}

function summary(agents: readonly AgentStatus[], columns: number): string {
  return fit(`    and ${agents.length} more: ${agents.map(({ ticket }) => ticket).join(', ')}`, columns);
}

function landing({ landing: tickets }: RunStatus): string {
  return tickets.length === 0 ? '' : `landing: ${tickets.join(', ')}`;
}

function sums({ tickets, state, usage, forecast }: RunStatus, now: Date): string[] {
  const { completed, landing: waitsToLand, running, waiting, deferred, blocked } = tickets;
  const all = completed + waitsToLand + running + waiting + deferred + blocked;
  const at = (time: string) => timeOfDay(time, now.toISOString());
  return [
    `${completed} of ${all} landed`,
    ...(deferred > 0 ? [`${deferred} deferred`] : []),
    ...(state === 'paused' ? ['paused: nothing new starts'] : []),
    ...(forecast === undefined || state === 'paused'
      ? []
      : [`ETA ${at(forecast.expected)} (${at(forecast.low)} to ${at(forecast.high)})`]),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(usage?.tokens ? [`${thousands(usage.tokens)} tokens`] : []),
    ...(usage?.costUsd === undefined ? [] : [`$${usage.costUsd.toFixed(2)}`]),
  ];
}

/** `45s`, `2m 10s`, `1h 05m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return `${seconds}s`;
  if (minutes < 60) return `${minutes}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}

function thousands(count: number): string {
  return count < 1000 ? counted(count, '', '').trim() : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;
}
