import type { RunEvent } from '@sage/journal';
import type { Reporter } from './reporter.ts';

/** What goes well, and can be read at the end. */
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

/** Passes on what needs a person, the beginning and the end. The other reporter still learns what has happened. */
export function quietReporter(reporter: Reporter): Reporter {
  return {
    ...reporter,
    event: (event) => (ROUTINE.has(event.event) ? reporter.resumed([event]) : reporter.event(event)),
  };
}
