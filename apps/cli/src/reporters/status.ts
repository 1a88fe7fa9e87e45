import type { AgentStatus, RunStatus } from '@sage/journal';
import type { Status } from '@sage/stream';
import { column, fit } from '../printable.ts';
import { hours } from './gantt.ts';
import type { Screen } from './screen.ts';
import { timeOfDay } from './time-of-day.ts';

const ID_COLUMNS = 14;
/** The columns of a row before its text, plus a margin. */
const ROW_COLUMNS = 30;

/** The status in lines that fit the screen, as things are `now`. `resume`: the command that resumes the run. */
export function formatStatus(
  status: Status,
  now: Date,
  screen: Screen,
  resume = 'sage stream --resume',
): string {
  const { colors, columns } = screen;
  const textColumns = Math.max(20, columns - ROW_COLUMNS);
  if (status.state === 'none') return 'no run yet: sage stream starts one\n';
  const at = (time: string) => timeOfDay(time, now.toISOString());
  const killed = status.state === 'killed';
  const lines = [colors.bold(headLine(status, at, columns))];
  if (status.reason !== undefined) lines.push(fit(status.reason, columns));
  const { forecast } = status;
  if (status.state === 'working' && forecast) {
    const [expected, low, high, told] = [forecast.expected, forecast.low, forecast.high, forecast.told].map(
      at,
    );
    lines.push(fit(`ETA ${expected} (80 % likely between ${low} and ${high}), as of ${told}`, columns));
  }
  lines.push(fit(counts(status), columns));
  const used = usage(status);
  if (used !== '') lines.push(used);
  const row = (word: string, color: (text: string) => string, ticket: string, text: string) =>
    lines.push(
      `  ${color(column(word, 10))}${column(ticket, ID_COLUMNS, screen)}  ${fit(text, textColumns)}`,
    );
  for (const agent of status.agents) {
    if (killed) row('cut off', colors.yellow, agent.ticket, titleOf(agent, textColumns));
    else row(`worker ${agent.worker}`, colors.cyan, agent.ticket, atWork(agent, now, textColumns));
  }
  for (const ticket of status.landing) row('landing', colors.green, ticket, '');
  for (const { ticket, category, reason } of status.deferred)
    row('deferred', colors.red, ticket, `${category}: ${reason}`);
  for (const { ticket, by } of status.blocked)
    row('blocked', colors.red, ticket, `by ${by.join(', which waits for ')}`);
  for (const { ticket, denied } of status.denied ?? [])
    row('denied', colors.yellow, ticket, `was denied: ${denied.join(', ')}`);
  if (status.state === 'paused') lines.push('Nothing new starts until sage resume.');
  else if (!['working', 'finished', 'abandoned'].includes(status.state))
    lines.push(`The run is not over: ${resume} continues it.`);
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function headLine(
  { run, target, state, started, ended, updated }: RunStatus,
  at: (time: string) => string,
  columns: number,
) {
  const how = {
    working: () => `at work since ${at(started)}`,
    paused: () => 'paused',
    killed: () => `killed after ${at(updated)}`,
    finished: () => `finished ${at(ended ?? updated)}`,
    interrupted: () => `interrupted ${at(ended ?? updated)}`,
    stopped: () => `stopped ${at(ended ?? updated)}`,
    abandoned: () => `abandoned ${at(ended ?? updated)}`,
  }[state]();
  const branch = target.replace('refs/heads/', '');
  return `${fit(`run ${run} on ${branch}`, columns - how.length - 2)}, ${how}`;
}

function counts({ tickets, state }: RunStatus): string {
  const words = { ...tickets, 'cut off': state === 'killed' ? tickets.running : 0 };
  if (state === 'killed') words.running = 0;
  return Object.entries(words)
    .filter(([word, count]) => count > 0 || word === 'completed')
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

function usage({ usage, state }: RunStatus): string {
  const told = [
    ...(usage?.tokens === undefined ? [] : [`${usage.tokens} tokens`]),
    ...(usage?.costUsd === undefined ? [] : [`$${usage.costUsd.toFixed(2)}`]),
  ];
  if (told.length === 0) return '';
  return `${told.join(', ')}${state === 'finished' || state === 'abandoned' ? '' : ' so far'}`;
}

function atWork(agent: AgentStatus, now: Date, columns: number): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(agent.since)) / 1000));
  const time = column(seconds < 60 ? `${seconds} s` : hours(seconds / 60), 8);
  return `${time}${titleOf(agent, columns - time.length)}`;
}

function titleOf({ title, attempt, quiet }: AgentStatus, columns: number): string {
  const again = attempt > 1 ? ` (attempt ${attempt})` : '';
  const silent = quiet === undefined ? '' : ` (quiet for ${quiet} s)`;
  return `${fit(title, columns - again.length - silent.length)}${again}${silent}`;
}
