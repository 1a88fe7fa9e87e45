import { encodeTrailer, type QueueEntry, TICKET_TRAILER } from '@sage/commit-queue';
import { findTrailers, type Repository } from '@sage/git';
import type { RecordedRun, RunState } from '@sage/journal';
import { isContainer } from '@sage/tickets';
import type { Backlog } from '../backlog/backlog.ts';
import { commitMessage } from '../backlog/commit-message.ts';
import { completedContainers } from '../backlog/completed-containers.ts';
import type { RunContext } from '../context/run-context.ts';
import type { WorkerPool } from '../ports.ts';

/** Ends processes left by killed runs, and keeps what their agents had changed. Returns notices for the user. */
export async function recoverWorkers(
  runs: readonly RecordedRun[],
  workers: Pick<WorkerPool, 'recover'>,
  backlog: Pick<Backlog, 'tickets'>,
): Promise<string[]> {
  const notices: string[] = [];
  // Newest first, because an existing worktree belongs to the last run that worked on its ticket.
  for (const { run, state } of runs) {
    const cutOff = [...state.open].map(([ticket, base]) => {
      const known = backlog.tickets.get(ticket);
      const message = known ? commitMessage(known) : `wip: ${JSON.stringify(ticket)}`;
      return { ticket, base, message, ...state.dispatched.get(ticket) };
    });
    const { ended, kept } = await workers.recover(run, cutOff);
    if (ended > 0)
      notices.push(`ended ${ended === 1 ? '1 process' : `${ended} processes`} that run ${run} had left`);
    for (const ref of kept) notices.push(`kept unfinished work of run ${run} as ${ref}`);
  }
  return notices;
}

/**
 * Brings journal and source up to date with git: journals landings whose event was lost with the process, and records
 * states that the source lacks. Returns notices for the user.
 */
export async function reconcile(
  repository: Repository,
  { log, states, backlog, target }: Pick<RunContext, 'log' | 'states' | 'backlog' | 'target'>,
): Promise<string[]> {
  const { base, tickets } = log.state;
  // The source gets a state before the journal does, so a person has changed these since.
  const undone = [...log.state.completed.keys()].filter((id) => {
    const ticket = backlog.tickets.get(id);
    return ticket !== undefined && ticket.state !== 'COMPLETED' && !isContainer(ticket);
  });
  const byTrailer = new Map([...tickets].map((id) => [encodeTrailer(id), id]));
  const isNew = (await target.tip()) === base;
  const landed = isNew ? [] : await findTrailers(repository, base, target.ref, TICKET_TRAILER);
  for (const { commit, values } of landed) {
    for (const value of values) await complete(byTrailer.get(value), commit);
  }
  const done = new Set([...log.state.completed.keys(), ...completedIds(backlog)]);
  const last = lastLanding(log.state);
  for (const id of completedContainers(backlog, done)) await complete(id, last);

  for (const [id, commit] of log.state.completed) {
    if (backlog.tickets.get(id)?.state !== 'COMPLETED') await states.recordCompleted(id, commit);
  }
  for (const [id, deferral] of log.state.deferred) {
    if (backlog.tickets.get(id)?.state !== 'DEFERRED') await states.recordDeferred(id, deferral);
  }
  return undone.map(
    (id) =>
      `${id} has landed in this run and is COMPLETED, though the index said ${backlog.tickets.get(id)?.state}; to work on it again, edit it when the run is over`,
  );

  async function complete(id: string | undefined, commit: string): Promise<void> {
    if (id === undefined || !tickets.has(id) || log.state.completed.has(id)) return;
    await log.emit({ event: 'ticket.completed', ticket: id, commit });
  }
}

/**
 * Journals the withdrawal of tickets of a resumed run that someone has since removed, deferred or completed in the
 * backlog.
 */
export async function withdrawEdited(log: RunContext['log'], selection: ReadonlySet<string>): Promise<void> {
  const { tickets, completed, deferred } = log.state;
  const gone = [...tickets].filter((id) => !selection.has(id) && !completed.has(id) && !deferred.has(id));
  if (gone.length > 0) await log.emit({ event: 'tickets.withdrawn', tickets: gone });
}

/** The commit that completes a container that no longer waits for anything. */
export function lastLanding({ completed, base }: Pick<RunState, 'completed' | 'base'>): string {
  return [...completed.values()].at(-1) ?? base;
}

/** Queue entries of a run whose outcome is missing from its journal. */
export function unsettledEntries(entries: readonly QueueEntry[], state: RunState): QueueEntry[] {
  const { tickets, target, settledEntries, completed } = state;
  return entries.filter(
    (entry) =>
      entry.target === target &&
      tickets.has(entry.ticket) &&
      !completed.has(entry.ticket) &&
      !settledEntries.has(entry.id) &&
      entry.state !== 'dropped',
  );
}

export function completedIds(backlog: Pick<Backlog, 'tickets'>): string[] {
  return [...backlog.tickets.values()].filter(({ state }) => state === 'COMPLETED').map(({ id }) => id);
}
