import type { Explanation, Plan } from '@sage/stream';
import { column, counted, fit, wrap } from '../printable.ts';
import { formatGantt, hours } from './gantt.ts';
import type { Screen } from './screen.ts';

/** The width of a drawing in a pipe. */
const DRAWING_COLUMNS = 80;
const MAX_IMPLIED = 20;

/** The plan for a person. */
export function formatPlan(plan: Plan, { columns }: Screen): string {
  const { batches, blocked, workers, containers, criticalPath, forecast, nothing, implied = [] } = plan;
  if (nothing !== undefined && blocked.length === 0) return `${nothing}\n`;
  const tickets = batches.reduce((sum, batch) => sum + batch.length, 0);
  const lines = [
    `${counted(tickets, 'ticket')} in ${counted(batches.length, 'batch', 'batches')}${containers.length > 0 ? `, ${counted(containers.length, 'container')}` : ''}, ${counted(workers, 'worker')}`,
    '',
  ];
  for (const [index, batch] of batches.entries()) {
    lines.push(`${column(String(index + 1), 5)} ${fit(batch.join('  '), columns - 6)}`);
  }
  if (criticalPath.length > 0) lines.push('', fit(`longest chain: ${criticalPath.join(' -> ')}`, columns));
  if (tickets > 0) {
    const { minutes, utilisation } = forecast;
    lines.push(
      '',
      forecastLine(forecast),
      ...(forecast.cost ? [costLine(forecast.cost)] : []),
      `as planned below: ${hours(minutes)}, workers busy ${Math.round(utilisation * 100)} % of it`,
      '',
      ...formatGantt(forecast.assignments, minutes, columns === Infinity ? DRAWING_COLUMNS : columns),
    );
  }
  lines.push(...impliedLines(implied, columns));
  for (const { id, by } of blocked) {
    const what = containers.includes(id) ? `container ${id}` : id;
    lines.push(fit(`blocked: ${what}, by ${by.join(', which waits for ')}`, columns));
  }
  return lines.join('\n') + '\n';
}

/** The contract of `sage stream --dry-run --json`: minutes in hundredths. */
export function planJson(plan: Plan): string {
  const assignments = plan.forecast.assignments.map(({ id, worker, start, end, landed }) => {
    return { id, worker, start: hundredths(start), end: hundredths(end), landed: hundredths(landed) };
  });
  return `${JSON.stringify({ ...plan, forecast: { ...plan.forecast, assignments } })}\n`;
}

function hundredths(minutes: number): number {
  return Math.round(minutes * 100) / 100;
}

/** What waits for what only because the file has it in that order. */
function impliedLines(implied: NonNullable<Plan['implied']>, columns: number): string[] {
  if (implied.length === 0) return [];
  const after = new Map<string, string[]>();
  for (const [ticket, dependency] of implied) after.set(ticket, [...(after.get(ticket) ?? []), dependency]);
  const rows = [...after].map(
    ([ticket, ids]) => `  ${fit(`${ticket} after ${ids.join(', ')}`, columns - 2)}`,
  );
  const more = rows.length > MAX_IMPLIED ? [`  and ${rows.length - MAX_IMPLIED} more`] : [];
  return ['', 'Only the order of the file implies this:', ...rows.slice(0, MAX_IMPLIED), ...more];
}

function forecastLine({ expected, low, high, samples, estimates }: Plan['forecast']): string {
  if (samples === 0 && estimates === 0)
    return 'forecast: no estimates or earlier runs; each ticket counts as 1 min';
  const basis = samples > 0 ? `learned from ${counted(samples, 'earlier ticket')}` : 'by the estimates alone';
  return `forecast: ${hours(expected)}, 80 % likely between ${hours(low)} and ${hours(high)}, ${basis}`;
}

function costLine({ expected, low, high }: NonNullable<Plan['forecast']['cost']>): string {
  const [middle, ...ends] = [expected, low, high].map((usd) => `$${usd.toFixed(2)}`);
  return `cost: ${middle}, 80 % likely between ${ends.join(' and ')}, at the usual cost per minute`;
}

/** Why a ticket runs when it does, for a person. */
export function formatExplanation(explanation: Explanation, { columns }: Screen): string {
  const {
    ticket,
    title,
    state,
    priority,
    waitsFor,
    unblocks,
    partlyBlocks,
    batch,
    batches,
    starts,
    onCriticalPath,
    blockedBy,
    container,
    neverBeside,
    conflictsWith,
    mayConflictWith,
  } = explanation;
  const lines = [`${ticket}: ${title}`, `${state}, ${priority}`];
  if (batch !== undefined)
    lines.push(`runs in batch ${batch} of ${batches}${waitsFor.length === 0 ? ': it is ready' : ''}`);
  else if (state === 'COMPLETED') lines.push('done: it does not run again');
  else if (state === 'DEFERRED') lines.push(`deferred: sage stream --only ${ticket} tries it again`);
  else if (blockedBy.length > 0) lines.push(`blocked by ${blockedBy.join(', which waits for ')}`);
  else if (container) lines.push('never starts itself: it is done when everything it waits for is');
  else lines.push('not in this selection');
  if (starts) lines.push(startLine(starts));
  if (waitsFor.length > 0) lines.push(`waits for ${waitsFor.join(', ')}`);
  if (unblocks.length > 0) lines.push(`unblocks ${unblocks.join(', ')}`);
  if (partlyBlocks.length > 0) lines.push(`partly blocks ${partlyBlocks.join(', ')}`);
  if (onCriticalPath) lines.push('is on the longest chain: a delay here delays the whole run');
  const byFiles = neverBeside.filter((id) => !conflictsWith.includes(id));
  if (byFiles.length > 0)
    lines.push(`does not run at the same time as ${byFiles.join(', ')}: they declare the same files`);
  if (conflictsWith.length > 0)
    lines.push(`does not run at the same time as ${conflictsWith.join(', ')}, by conflicts_with`);
  for (const { ticket: other, chance, files } of mayConflictWith) {
    lines.push(`conflicts with ${other} with a chance of ${Math.round(chance * 100)} %: both may change`);
    for (const { path, sources } of files) lines.push(`- ${path} (${sources.map(sourceText).join('; ')})`);
  }
  return lines.flatMap((text) => wrap(text, columns)).join('\n') + '\n';
}

function sourceText(
  source: Explanation['mayConflictWith'][number]['files'][number]['sources'][number],
): string {
  const words = {
    declared: 'declared',
    text: 'named in the ticket',
    docs: 'named in its docs',
    history: 'similar tickets changed it',
  };
  return words[source];
}

function startLine(starts: NonNullable<Explanation['starts']>): string {
  if (starts.because === 'first') return 'starts at once';
  const reasons = {
    dependency: (id: string) => `when ${id} is done, the last one it waits for`,
    conflict: (id: string) => `when ${id} is done: the two must not run at the same time`,
    limit: (id: string) => `when ${id} is done: its component is at its limit`,
    'predicted-conflict': (id: string) => `others go first: ${id} is running and may conflict`,
  };
  const reason =
    starts.because === 'workers'
      ? 'until then every worker has a ticket that goes first'
      : reasons[starts.because](starts.ticket);
  return `starts after about ${hours(starts.minutes)}: ${reason}`;
}
