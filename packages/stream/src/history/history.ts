import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SAGE_PATHS } from '@sage/git';
import { type DurationModel, type DurationSample, learnDurations } from '@sage/scheduler';
import type { Ticket } from '@sage/tickets';
import { listRuns, readRun, type RunEvent } from '@sage/journal';
import { TrackRecord } from './track-record.ts';

/** Older journals are not read, because durations change with the agent. */
const MAX_RUNS = 50;

/** What was learned from earlier runs. */
export interface History {
  /** Durations of attempts that completed a ticket. */
  readonly samples: readonly DurationSample[];
  readonly record: TrackRecord;
}

/**
 * Reads the newest journals, and durations of the velocity log for tickets that no journal has. A file that cannot be
 * read counts as empty.
 */
export async function readHistory(root: string, tickets: ReadonlyMap<string, Ticket>): Promise<History> {
  const samples: DurationSample[] = [];
  const record = new TrackRecord();
  const seen = new Set<string>();
  /** Tickets as they were when they were started, because some have left the index since. */
  const started = new Map<string, Known>();
  const take = (id: string, minutes: number): void => {
    const ticket = tickets.get(id);
    samples.push({ minutes, ...(ticket ? knownBefore(ticket) : (started.get(id) ?? UNKNOWN)) });
    seen.add(id);
  };
  const newest = (await listRuns(root)).slice(0, MAX_RUNS);
  for (const { run } of newest.toReversed()) {
    for (const event of (await readRun(root, run).catch(() => undefined))?.events ?? []) {
      record.observe(event);
      if (event.event === 'attempt.started') started.set(event.ticket, knownAtStart(event));
      if (event.event === 'attempt.finished' && event.outcome === 'completed')
        take(event.ticket, event.seconds / 60);
    }
  }
  const log = await readFile(join(root, SAGE_PATHS.velocityLog), 'utf8').catch(() => '');
  const lines = [...log.matchAll(/^\S+ ([\d.]+) (.+)$/gm)].map(([, minutes, id]) => {
    return { id: idOf(id ?? ''), minutes: Number(minutes) };
  });
  for (const { id, minutes } of lines.filter((line) => !seen.has(line.id))) take(id, minutes);
  return { samples, record };
}

export function modelOf(
  samples: readonly DurationSample[],
  tickets: ReadonlyMap<string, Ticket>,
): DurationModel {
  return learnDurations(samples, { usualEstimate: medianEstimate(tickets.values()) });
}

function medianEstimate(tickets: Iterable<Ticket>): number | undefined {
  const estimates: number[] = [];
  for (const { estimatedMinutes } of tickets)
    if (estimatedMinutes !== undefined) estimates.push(estimatedMinutes);
  return Float64Array.from(estimates).sort()[Math.floor(estimates.length / 2)];
}

type Known = Omit<DurationSample, 'minutes'>;

const UNKNOWN: Known = { type: '', component: '' };

function knownAtStart(event: RunEvent & { event: 'attempt.started' }): Known {
  const { type = '', component = '', estimatedMinutes: estimate } = event;
  return { type, component, estimate };
}

/** The properties by which the model distinguishes tickets. */
export function knownBefore(ticket: Ticket): Known {
  const { type, component, estimatedMinutes: estimate } = ticket;
  return { type, component, estimate };
}

/** An id that is not a single word is written as JSON. */
function idOf(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
