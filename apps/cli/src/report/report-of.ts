import {
  type AttemptRecord,
  AttemptRecords,
  type RecordedRun,
  resultOf,
  type RunStatus,
  workedUntil,
  workPeriods,
} from '@sage/journal';
import type { NextCommands } from '../next-commands.ts';
import { andNow } from '../reporters/and-now.ts';
import { agentTotals } from './agent-totals.ts';
import type { Report, Span, TicketOutcome, TicketReport } from './report.ts';
import { ticketReports } from './ticket-reports.ts';

export interface ReportSource extends Pick<RecordedRun, 'run' | 'events' | 'state'> {
  readonly status: RunStatus;
  /** From the backlog, because the journal only has titles of tickets that were started. */
  readonly titles?: ReadonlyMap<string, string>;
  /** Turns paths in worktrees into paths in the repository. */
  readonly shorten: (line: string) => string;
}

/** The report of a run, from its events alone. */
export function reportOf(source: ReportSource, next: NextCommands): Report {
  const { run, events, state, status } = source;
  const records = AttemptRecords.of(events).all;
  const periods = workPeriods(events);
  const spans = records.map((record) => spanOf(record, status, (time) => workedUntil(periods, time) / 1_000));
  const seconds = rounded(periods.reduce((sum, { start, end }) => sum + end - start, 0) / 1_000);
  const oneWorkerSeconds = rounded(spans.reduce((sum, { start, end }) => sum + end - start, 0));
  const tickets = ticketReports(source, records, spans, next);
  return {
    v: 1,
    run,
    state: status.state,
    ...(status.reason !== undefined && { reason: status.reason }),
    target: status.target,
    base: state.base,
    agent: status.agent,
    workers: status.workers,
    started: status.started,
    updated: status.updated,
    seconds,
    oneWorkerSeconds,
    savedSeconds: rounded(Math.max(0, oneWorkerSeconds - seconds)),
    ...status.usage,
    counts: countOutcomes(tickets),
    tickets,
    agents: agentTotals(records, spans),
    spans,
    next: andNow(state, status.state, next),
  };
}

function spanOf(record: AttemptRecord, { updated }: RunStatus, at: (time: number) => number): Span {
  const { ticket, attempt, worker, started, end, cutOff } = record;
  const start = rounded(at(Date.parse(started)));
  // It is unknown how long an attempt without an end had run when it was cut off.
  const until = end?.time ?? (cutOff ? started : updated);
  return {
    ticket,
    attempt,
    worker,
    result: resultOf(record),
    start,
    end: Math.max(start, rounded(at(Date.parse(until)))),
    ...(end?.tokens !== undefined && { tokens: end.tokens }),
    ...(end?.costUsd !== undefined && { costUsd: end.costUsd }),
  };
}

function countOutcomes(tickets: readonly TicketReport[]): Report['counts'] {
  const counts: Record<TicketOutcome, number> = {
    landed: 0,
    deferred: 0,
    blocked: 0,
    running: 0,
    landing: 0,
    waiting: 0,
  };
  for (const { outcome, container } of tickets) if (!container) counts[outcome] += 1;
  return counts;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
