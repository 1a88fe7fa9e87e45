import { TICKET_STATES } from '@sage/tickets';
import type { Finding } from '../finding.ts';
import { isRecord } from '../index-under-test.ts';
import type { IndexUnderTest } from '../index-under-test.ts';

/** Section 17: numbers about the index, compared with those that the index states itself. */
export function checkSummary({ entries, document }: IndexUnderTest): Finding[] {
  const inState = (state: string): number => entries.filter(({ raw }) => raw['state'] === state).length;
  const having = (has: (raw: Readonly<Record<string, unknown>>) => boolean): number =>
    entries.filter(({ raw }) => has(raw)).length;
  const states = TICKET_STATES.map((state) => `${inState(state)} ${state}`).join(', ');
  const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
  const containers = having(({ children }) => filled(children));
  const parts = [
    `${entries.length} ${entries.length === 1 ? 'ticket' : 'tickets'}`,
    `${containers} of them ${containers === 1 ? 'a container' : 'containers'}`,
    states,
    `${having(({ tasks }) => filled(tasks))} with sub-tasks`,
    `${having(({ validation_config: config }) => isRecord(config))} with validation`,
    `${having(({ components }) => filled(components))} with components`,
  ];
  const summary: Finding = { id: 'summary.counts', status: 'pass', message: parts.join('; '), tickets: [] };
  const counters: [string, number][] = [
    ['total_tickets', entries.length],
    ...TICKET_STATES.map((state): [string, number] => [`${state.toLowerCase()}_tickets`, inState(state)]),
  ];
  const stale = counters.flatMap(([name, count]) => {
    const said = document[name];
    return typeof said === 'number' && said !== count ? `${name} says ${said}, it is ${count}` : [];
  });
  if (stale.length === 0) return [summary];
  const message = `${stale.join('; ')}: Sage counts for itself; update the counters or remove them`;
  return [summary, { id: 'summary.counters', status: 'warn', message, tickets: [] }];
}
