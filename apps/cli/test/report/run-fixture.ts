import { type RunEvent, type RunFact, RunFold, RunStatusFold } from '@sage/journal';
import type { NextCommands } from '../../src/next-commands.ts';
import type { Report } from '../../src/report/report.ts';
import { reportOf } from '../../src/report/report-of.ts';

const NEXT: NextCommands = {
  resume: 'sage stream --resume',
  retryDeferred: () => 'sage retry',
  retry: (tickets) => `sage retry ${tickets.join(' ')}`,
  logs: (ticket) => `sage logs ${ticket}`,
  git: 'git',
  report: 'sage report',
  pr: 'sage pr',
};

export type TimedFact = RunFact & { readonly at: number };

/** Seconds after an hour of a day as a time. */
function timeAt(seconds: number): string {
  return new Date(Date.UTC(2026, 10, 23, 21) + seconds * 1_000).toISOString();
}

function eventsOf(facts: readonly TimedFact[]): RunEvent[] {
  return facts.map(({ at, ...fact }) => ({ v: 2, run: 'r1', time: timeAt(at), ...fact }));
}

export function reportFrom(facts: readonly TimedFact[], isAlive = false): Report {
  const events = eventsOf(facts);
  const fold = new RunStatusFold();
  for (const event of events) fold.apply(event);
  const { state } = RunFold.of(events);
  const shorten = (line: string) => line.replaceAll('/trees/agent-1/', '');
  return reportOf({ run: 'r1', events, state, status: fold.status(isAlive), shorten }, NEXT);
}

export const begin = (tickets: readonly string[], at = 0, resumed = false): TimedFact => ({
  at,
  event: 'run.started',
  target: 'refs/heads/sage/2026-11-23-fd4133',
  base: 'b'.repeat(40),
  from: 'refs/heads/main',
  workers: 2,
  agent: 'claude',
  tickets,
  resumed,
});

export const finish = (at: number): TimedFact => ({
  at,
  event: 'run.finished',
  outcome: 'finished',
  summary: { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 },
});

interface Try {
  readonly ticket: string;
  readonly title?: string;
  readonly from: number;
  readonly to: number;
  readonly worker?: number;
  readonly attempt?: number;
  readonly agent?: string;
}

type Finished = Extract<RunFact, { event: 'attempt.finished' }>;

/** Start and end of an attempt. */
export function attempt(one: Try, end: Partial<Finished> & Pick<Finished, 'outcome'>): TimedFact[] {
  const { ticket, from, to, worker = 1, attempt: nth = 1, title = `Title of ${ticket}`, agent } = one;
  const log = `.sage/runs/r1/${ticket}/${nth}/output.log`;
  const both = { ticket, worker, attempt: nth, log };
  return [
    {
      at: from,
      event: 'attempt.started',
      ...both,
      title,
      base: 'b',
      ...(agent !== undefined && { agent }),
    },
    { at: to, event: 'attempt.finished', seconds: to - from, ...both, ...end },
  ];
}

export function landing(ticket: string, at: number): TimedFact[] {
  const commit = 'c'.repeat(40);
  return [
    { at, event: 'landing.landed', ticket, entry: `e-${ticket}`, commit },
    { at, event: 'ticket.completed', ticket, commit },
  ];
}
