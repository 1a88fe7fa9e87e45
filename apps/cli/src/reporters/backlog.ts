import type { BacklogRow, BacklogTicket } from '@sage/stream';
import { column, counted, fit, fitName, printable, wrap } from '../printable.ts';
import type { Screen } from './screen.ts';

const ID_COLUMNS = 14;
const STATE_COLUMNS = 12;
const WRAPPED_COLUMNS = 100;

/** A line for each ticket: its id, its state, what it waits for, its title. */
export function formatRows(rows: readonly BacklogRow[], screen: Screen): string {
  const { colors, columns } = screen;
  if (rows.length === 0) return 'no tickets\n';
  const lines = rows.map((row) => {
    const start = `${column(fitName(row.id, ID_COLUMNS), ID_COLUMNS)}  ${column(stateOf(row), STATE_COLUMNS)}  `;
    const waits = row.waitsFor.length === 0 ? '' : `  (after ${row.waitsFor.join(', ')})`;
    const line = fit(`${start}${row.title}${waits}`, columns);
    return row.state === 'COMPLETED' ? colors.dim(line) : line;
  });
  return `${lines.join('\n')}\n`;
}

/** The state of a ticket in plain words. */
export function stateOf({ state, container, waitsFor }: BacklogRow): string {
  if (container && state !== 'COMPLETED') return 'container';
  if (state === 'UNPROCESSED') return waitsFor.length === 0 ? 'ready' : 'waiting';
  return state.toLowerCase();
}

/** All details of a ticket in the index, and what waits for it. */
export function formatTicket(ticket: BacklogTicket, { colors, columns }: Screen): string {
  const width = Math.min(columns, WRAPPED_COLUMNS);
  const { type, component, priority, dependencies, waitsFor } = ticket;
  const named = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : wrap(`${name}: ${values.join(', ')}`, width);
  const lines = [
    colors.bold(fit(`${ticket.id}  ${ticket.title}`, width)),
    `${stateOf(ticket)}, ${[type, component, priority].map(printable).join(', ')}`,
    ...(ticket.deferReason === undefined
      ? []
      : wrap(`deferred: ${ticket.deferReason.category}: ${ticket.deferReason.message}`, width)),
    ...named('depends on', dependencies),
    ...named('of them not done', dependencies.length === waitsFor.length ? [] : waitsFor),
    ...named('waited for by', ticket.dependents),
    ...(ticket.parent === null ? [] : named('in', [ticket.parent])),
    ...named('holds', ticket.children),
    ...named('files', ticket.files),
    ...(ticket.description === ''
      ? []
      : ['', ...ticket.description.split('\n').flatMap((line) => wrap(line, width))]),
    ...(ticket.acceptanceCriteria.length === 0
      ? []
      : ['', `${counted(ticket.acceptanceCriteria.length, 'criterion', 'criteria')}:`]),
    ...ticket.acceptanceCriteria.flatMap((line) => wrap(`- ${line}`, width)),
  ];
  return `${lines.join('\n')}\n`;
}
