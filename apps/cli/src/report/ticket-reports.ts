import type { AttemptRecord, RecordedRun, RunStatus } from '@sage/journal';
import { tellingLines } from '@sage/workers';
import type { NextCommands } from '../next-commands.ts';
import { summed } from './agent-totals.ts';
import type { Span, TicketOutcome, TicketReport } from './report.ts';

interface Source extends Pick<RecordedRun, 'events' | 'state'> {
  readonly status: RunStatus;
  readonly titles?: ReadonlyMap<string, string>;
  readonly shorten: (line: string) => string;
}

/** The result of each ticket of a run: first those that have landed, in that order, then the others. */
export function ticketReports(
  source: Source,
  records: readonly AttemptRecord[],
  spans: readonly Span[],
  next: NextCommands,
): TicketReport[] {
  const { state, events } = source;
  const byTicket = Map.groupBy(records, ({ ticket }) => ticket);
  const seconds = new Map<string, number>();
  for (const { ticket, start, end } of spans) seconds.set(ticket, (seconds.get(ticket) ?? 0) + end - start);
  const overlaps = overlapsOf(events);
  const order = new Set([...state.completed.keys(), ...state.deferred.keys(), ...state.tickets]);
  return [...order]
    .filter((id) => state.tickets.has(id) || state.completed.has(id))
    .map((id) => {
      const own = byTicket.get(id) ?? [];
      const outcome = outcomeOf(id, source);
      return {
        ...basics(id, outcome, own, source),
        seconds: Math.round((seconds.get(id) ?? 0) * 1_000) / 1_000,
        ...figures(own),
        ...whyNot(id, outcome, own, source),
        ...given('overlap', overlaps.get(id)),
        ...given('drift', state.drift.get(id)),
        ...given('denied', state.denied.get(id)),
        ...given('configuration', state.configuration.get(id)),
        ...given('whatRuns', state.whatRuns.get(id)),
        logs: logsOf(own),
        commands: {
          ...(own.length > 0 && { logs: next.logs(id) }),
          ...(outcome === 'deferred' && { retry: next.retry([id]) }),
        },
      };
    });
}

function outcomeOf(id: string, { state, status }: Source): TicketOutcome {
  if (state.completed.has(id)) return 'landed';
  if (state.deferred.has(id)) return 'deferred';
  if (status.agents.some(({ ticket }) => ticket === id)) return 'running';
  if (status.landing.includes(id)) return 'landing';
  return state.blocked.has(id) ? 'blocked' : 'waiting';
}

function basics(
  id: string,
  outcome: TicketOutcome,
  own: readonly AttemptRecord[],
  { state, titles }: Source,
) {
  const last = own.at(-1);
  const done = own.findLast(({ end }) => end?.outcome === 'completed');
  return {
    id,
    title: last?.title ?? titles?.get(id) ?? id,
    outcome,
    ...(state.containers.has(id) && { container: true as const }),
    ...given('commit', state.completed.get(id)),
    ...given('agent', last && (last.model === undefined ? last.agent : `${last.agent} (${last.model})`)),
    attempts: own.length,
    ...given('summary', (done ?? last)?.end?.summary),
    ...(last?.landing?.state === 'landed' && last.landing.flaky && { flaky: true as const }),
  };
}

function figures(own: readonly AttemptRecord[]): { tokens?: number; costUsd?: number } {
  let sums: { tokens?: number; costUsd?: number } = {};
  for (const { end } of own) {
    sums = {
      ...sums,
      ...summed('tokens', sums.tokens, end?.tokens),
      ...summed('costUsd', sums.costUsd, end?.costUsd),
    };
  }
  return sums;
}

function whyNot(
  id: string,
  outcome: TicketOutcome,
  own: readonly AttemptRecord[],
  { state, shorten }: Source,
) {
  const last = own.at(-1);
  const failed = outcome === 'landed' ? undefined : last;
  const rejected = failed?.landing?.state === 'rejected' ? failed.landing : undefined;
  const deferral = state.deferred.get(id);
  const telling = rejected
    ? tellingLines(rejected.output.split('\n'), rejected.reason)
    : (failed?.end?.telling ?? []);
  return {
    ...given('category', deferral?.category),
    ...given('reason', deferral?.reason ?? rejected?.reason ?? failed?.end?.reason),
    ...(telling.length > 0 && { telling: telling.map(shorten) }),
    ...given('ref', deferral?.ref),
    ...(outcome === 'blocked' && given('by', state.blocked.get(id))),
  };
}

/** An attempt that is repeated has the same files as the one before. */
function logsOf(own: readonly AttemptRecord[]): TicketReport['logs'] {
  const files = new Map(own.flatMap(({ attempt, log }) => (log === undefined ? [] : [[attempt, log]])));
  return [...files].map(([attempt, file]) => ({ attempt, file }));
}

function overlapsOf(events: RecordedRun['events']): Map<string, NonNullable<TicketReport['overlap']>> {
  const overlaps = new Map<string, NonNullable<TicketReport['overlap']>>();
  for (const event of events) {
    if (event.event !== 'conflict.predicted') continue;
    const { files = [], tickets = [] } = overlaps.get(event.ticket) ?? {};
    overlaps.set(event.ticket, {
      files: [...new Set([...files, ...event.files])],
      tickets: [...new Set([...tickets, ...event.tickets])],
    });
  }
  return overlaps;
}

function given<K extends string, T>(key: K, value: T | undefined): { [key in K]?: T } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: T });
}
