import { QueueStoppedError, UnfinishedLandingError } from '@sage/commit-queue';
import { type RunOutcome, type RunSummary, summarise } from '@sage/journal';
import { TicketIndexError } from '@sage/tickets';
import type { RunContext } from '../context/run-context.ts';
import { SourceError } from '../errors.ts';
import { sentAttempts } from '../start/left-elsewhere.ts';
import type { Ending } from './ending.ts';

export interface RunEnd {
  readonly outcome: RunOutcome;
  readonly reason?: string;
  readonly summary: RunSummary;
}

export interface FinishOptions {
  readonly ending: Ending;
  /** Aborted when agents had to end. */
  readonly halt: AbortSignal;
  /** Open tickets that did not run, and that block nothing. */
  readonly leftOut: ReadonlySet<string>;
  /** Called before the last event. */
  readonly closeForecast: () => void;
}

/** Records states that no landing contained, and journals how the run ended. */
export async function finishRun(context: RunContext, options: FinishOptions): Promise<RunEnd> {
  const isRecorded = await recordStates(context, options.ending);
  await context.workers.finish?.(sentAttempts(context.log.state));
  return journalEnd(context, options, isRecorded);
}

/** `isRecorded` says whether the source has all states. */
export async function journalEnd(
  context: RunContext,
  { ending, halt, leftOut, closeForecast }: FinishOptions,
  isRecorded: boolean,
): Promise<RunEnd> {
  const { log, stop } = context;
  const halted = stop.aborted || halt.aborted;
  const outcome = ending.reason !== undefined ? 'stopped' : halted ? 'interrupted' : 'finished';
  await journalBlocked(context, leftOut);
  closeForecast();
  const summary = summarise(log.state);
  const reason = ending.reason === undefined ? {} : { reason: ending.reason };
  const deferred = [...log.state.deferred.keys()];
  const unrecorded = isRecorded || deferred.length === 0 ? undefined : deferred;
  await log.emit({ event: 'run.finished', outcome, ...reason, summary, unrecorded });
  return { outcome, ...reason, summary };
}

/** Returns whether the source has all states. */
async function recordStates(
  { states, queue, target, killSignal }: RunContext,
  ending: Ending,
): Promise<boolean> {
  if (ending.noLanding.aborted || killSignal.aborted) return false;
  try {
    await states.flush(queue, target.ref);
    return true;
  } catch (error) {
    const expected =
      error instanceof QueueStoppedError ||
      error instanceof UnfinishedLandingError ||
      error instanceof TicketIndexError ||
      error instanceof SourceError;
    if (!expected) throw error;
    ending.stop(error);
    return false;
  }
}

/** Journals the tickets of the run that could not start, with what blocks each. `skipped` tickets block nothing. */
async function journalBlocked(
  { log, scheduler, backlog }: Pick<RunContext, 'log' | 'scheduler' | 'backlog'>,
  skipped: ReadonlySet<string>,
): Promise<void> {
  const { tickets, completed, deferred } = log.state;
  for (const { id, by } of scheduler.blocked()) {
    if (tickets.has(id) && !by.some((other) => skipped.has(other)))
      await log.emit({ event: 'ticket.blocked', ticket: id, by });
  }
  for (const [id, container] of backlog.heldBack) {
    if (tickets.has(id) && !completed.has(id) && !deferred.has(id) && !backlog.selection.has(id))
      await log.emit({ event: 'ticket.blocked', ticket: id, by: [container] });
  }
}
