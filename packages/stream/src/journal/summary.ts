import type { RunSummary } from './events.ts';
import type { RunState } from './run-state.ts';

/** Counts each ticket of a run in exactly one class. */
export function summarise(state: RunState, blocked: ReadonlySet<string>): RunSummary {
  const counts = { completed: 0, deferred: 0, blocked: 0, unprocessed: 0 };
  for (const id of state.tickets) {
    if (state.completed.has(id)) counts.completed += 1;
    else if (state.deferred.has(id)) counts.deferred += 1;
    else if (blocked.has(id)) counts.blocked += 1;
    else counts.unprocessed += 1;
  }
  return counts;
}
