import type { TicketState } from '../../needed-fields.ts';
import type { TicketPriority } from '../../ticket.ts';
import { linesOf } from '../lines.ts';
import { yamlFields } from '../yaml-fields.ts';

export const CONFIG = 'backlog/config.yml';

const DEFAULT_STATUSES = ['To Do', 'In Progress', 'Done'];

/** Statuses between the first and the last that mean "not to be worked on now". */
const WAITING = /review|block|hold|wait|defer|cancel|reject|test|verif|\bqa\b/i;

export const PRIORITIES = { high: 'P1', medium: 'P2', low: 'P3' } as const satisfies Record<
  string,
  TicketPriority
>;

/** The meaning of the board's columns. */
export interface Statuses {
  /** As written in the configuration. */
  readonly done: string;
  /** Undefined for a status that is not in the configuration. */
  stateOf(status: string): TicketState | undefined;
}

export function statusesIn(texts: ReadonlyMap<string, string>): Statuses {
  const config = texts.get(CONFIG);
  const value = config === undefined ? undefined : yamlFields(linesOf(config), CONFIG).get('statuses')?.value;
  const named = typeof value === 'object' ? value : [];
  const statuses = named.length > 1 ? named : DEFAULT_STATUSES;
  const states = new Map(
    statuses.map((status, index): [string, TicketState] => {
      const between = WAITING.test(status) ? 'DEFERRED' : 'IN_PROGRESS';
      const state = index === 0 ? 'UNPROCESSED' : index === statuses.length - 1 ? 'COMPLETED' : between;
      return [status.toLowerCase(), state];
    }),
  );
  return { done: statuses.at(-1)!, stateOf: (status) => states.get(status.toLowerCase()) };
}
