import type { RunEvent } from '@sage/journal';
import type { Reporter } from './reporter.ts';

/** Events of normal progress, which the summary at the end covers. */
const ROUTINE: ReadonlySet<RunEvent['event']> = new Set([
  'attempt.started',
  'queue.enqueued',
  'ticket.completed',
  'ticket.quiet',
  'conflict.predicted',
  'landing.conflicted',
  'run.forecast',
  'run.workers',
  'tickets.added',
  'tickets.withdrawn',
]);

/** Passes on the beginning, the end, and whatever needs a person. The other reporter still receives all events. */
export function quietReporter(reporter: Reporter): Reporter {
  return {
    ...reporter,
    event: (event) => (ROUTINE.has(event.event) ? reporter.resumed([event]) : reporter.event(event)),
  };
}
