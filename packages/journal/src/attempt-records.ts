import type { RunEvent } from './events.ts';

type Started = Extract<RunEvent, { event: 'attempt.started' }>;
type Finished = Extract<RunEvent, { event: 'attempt.finished' }>;

/** The result of landing finished work. */
export type LandingResult =
  | { readonly state: 'landed'; readonly commit: string; readonly flaky: boolean }
  | { readonly state: 'rejected'; readonly reason: string; readonly output: string; readonly log?: string }
  | { readonly state: 'conflicted'; readonly files: readonly string[]; readonly tickets: readonly string[] };

/** One attempt of a ticket, recorded from its start. */
export interface AttemptRecord {
  readonly ticket: string;
  readonly title: string;
  readonly attempt: number;
  readonly worker: number;
  readonly agent: string;
  readonly model?: string;
  /** ISO 8601, UTC. */
  readonly started: string;
  readonly log?: string;
  /** Absent while it runs, and if its coordinator was killed. */
  readonly end?: Finished;
  readonly landing?: LandingResult;
  /** Its coordinator was killed while it ran. */
  readonly cutOff?: true;
}

/**
 * The attempts of a run in the order in which they started. An attempt that is repeated has a record for each time.
 */
export class AttemptRecords {
  readonly #records: AttemptRecord[] = [];
  /** The index of each ticket's last attempt. */
  readonly #last = new Map<string, number>();
  #agent = '';

  static of(events: Iterable<RunEvent>): AttemptRecords {
    const records = new AttemptRecords();
    for (const event of events) records.apply(event);
    return records;
  }

  get all(): readonly AttemptRecord[] {
    return this.#records;
  }

  apply(event: RunEvent): void {
    switch (event.event) {
      case 'run.started':
        this.#agent = event.agent;
        for (const [at, record] of this.#records.entries())
          if (record.end === undefined) this.#records[at] = { ...record, cutOff: true };
        return;
      case 'attempt.started':
        this.#last.set(event.ticket, this.#records.length);
        this.#records.push(begun(event, this.#agent));
        return;
      case 'attempt.finished':
        return this.#change(event.ticket, { end: event });
      case 'landing.landed': {
        const { commit, flaky = false } = event;
        return this.#change(event.ticket, { landing: { state: 'landed', commit, flaky } });
      }
      case 'landing.rejected': {
        const { reason, output, log } = event;
        const rejected = { state: 'rejected', reason, output } as const;
        return this.#change(event.ticket, { landing: log === undefined ? rejected : { ...rejected, log } });
      }
      case 'landing.conflicted': {
        const { files, tickets } = event;
        return this.#change(event.ticket, { landing: { state: 'conflicted', files, tickets } });
      }
      default:
    }
  }

  #change(ticket: string, more: Partial<AttemptRecord>): void {
    const at = this.#last.get(ticket);
    const record = at === undefined ? undefined : this.#records[at];
    if (at !== undefined && record) this.#records[at] = { ...record, ...more };
  }
}

function begun(event: Started, agentOfRun: string): AttemptRecord {
  const { ticket, title, attempt, worker, agent = agentOfRun, model, time, log } = event;
  return {
    ticket,
    title,
    attempt,
    worker,
    agent,
    ...(model !== undefined && { model }),
    started: time,
    ...(log !== undefined && { log }),
  };
}

/** In one word: `landed`, `rejected`, `conflicted`, or how the attempt ended. */
export function resultOf({ end, landing, cutOff }: AttemptRecord): string {
  if (landing) return landing.state;
  if (end) return end.outcome === 'completed' ? 'finished' : end.outcome;
  return cutOff ? 'cut off' : 'running';
}

/** Whether the record is final: the work has landed, or never will. */
export function isSettled({ end, landing, cutOff }: AttemptRecord): boolean {
  return cutOff === true || landing !== undefined || (end !== undefined && end.outcome !== 'completed');
}
