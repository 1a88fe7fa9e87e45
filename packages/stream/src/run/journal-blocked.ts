import type { RunContext } from '../context/run-context.ts';

/** Journals the tickets of the run that could not start, with what blocks each; `skipped` tickets block nothing. */
export async function journalBlocked(
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
