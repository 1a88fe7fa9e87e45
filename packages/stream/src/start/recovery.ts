import { encodeTrailer, type QueueEntry } from '@sage/commit-queue';
import { findTrailers, type Repository } from '@sage/git';
import type { Workers } from '@sage/workers';
import type { Backlog } from '../backlog.ts';
import { commitMessage } from '../landing/commit-message.ts';
import { completedContainers } from '../landing/containers.ts';
import type { Landing } from '../landing/landing.ts';
import type { RunLog, UnfinishedRun } from '../journal/run-log.ts';
import type { RunState } from '../journal/run-state.ts';

/** Ends what killed runs left running, and keeps what their agents had done so far. Returns lines for the person. */
export async function recoverWorkers(
  runs: readonly UnfinishedRun[],
  workers: Workers,
  backlog: Backlog,
): Promise<string[]> {
  const notices: string[] = [];
  // Newest first: a worktree that is still there belongs to the last run that worked on its ticket.
  for (const { run, state } of runs) {
    const cutOff = [...state.open].map(([ticket, base]) => {
      const known = backlog.tickets.get(ticket);
      return {
        ticket,
        base,
        message: known ? commitMessage(known) : `wip: ${JSON.stringify(ticket)}`,
      };
    });
    const { ended, kept } = await workers.recover(run, cutOff);
    if (ended > 0) notices.push(`ended ${ended} processes that run ${run} had left`);
    for (const ref of kept) notices.push(`kept unfinished work of run ${run} as ${ref}`);
  }
  return notices;
}

/**
 * Tells the journal what git knows and it does not (landings whose event was lost with the process), and the
 * index what both know.
 */
export async function reconcile(
  repository: Repository,
  log: RunLog,
  landing: Landing,
  backlog: Backlog,
): Promise<void> {
  const { base, target, tickets } = log.state;
  const byTrailer = new Map([...tickets].map((id) => [encodeTrailer(id), id]));
  for (const { commit, values } of await findTrailers(repository, base, target, 'Sage-Ticket')) {
    for (const value of values) await complete(byTrailer.get(value), commit);
  }
  const done = new Set([...log.state.completed.keys(), ...completedIds(backlog)]);
  const last = lastLanding(log.state);
  for (const id of completedContainers(backlog, done)) await complete(id, last);

  for (const id of log.state.completed.keys()) {
    if (backlog.tickets.get(id)?.state !== 'COMPLETED') await landing.recordCompleted(id);
  }
  for (const [id, deferral] of log.state.deferred) {
    if (backlog.tickets.get(id)?.state !== 'DEFERRED') await landing.recordDeferred(id, deferral);
  }

  async function complete(id: string | undefined, commit: string): Promise<void> {
    if (id === undefined || !tickets.has(id) || log.state.completed.has(id)) return;
    await log.emit({ event: 'ticket.completed', ticket: id, commit });
  }
}

/** What completes a container that has nothing to wait for. */
export function lastLanding({ completed, base }: Pick<RunState, 'completed' | 'base'>): string {
  return [...completed.values()].at(-1) ?? base;
}

/** Queue entries of this run whose end the journal has not seen. */
export function unsettledEntries(entries: readonly QueueEntry[], log: RunLog): QueueEntry[] {
  const { tickets, target, settledEntries, completed } = log.state;
  return entries.filter(
    (entry) =>
      entry.target === target &&
      tickets.has(entry.ticket) &&
      !completed.has(entry.ticket) &&
      !settledEntries.has(entry.id) &&
      entry.state !== 'dropped',
  );
}

export function completedIds(backlog: Backlog): string[] {
  return [...backlog.tickets.values()].filter(({ state }) => state === 'COMPLETED').map(({ id }) => id);
}
