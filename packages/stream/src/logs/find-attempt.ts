import { AttemptRecords, type AttemptRecord, listRuns, readRun, type RunEvent } from '@sage/journal';
import { didYouMean } from '../backlog/nearest-name.ts';
import { NoLogError } from '../errors.ts';

export interface FoundAttempt {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly record: AttemptRecord;
}

/**
 * An attempt of a ticket, by default its last one, in the newest run that has an attempt of it.
 * @throws {NoLogError}, with the ticket or the existing attempts.
 */
export async function findAttempt(root: string, ticket: string, attempt?: number): Promise<FoundAttempt> {
  const known = new Set<string>();
  let waitsIn: string | undefined;
  for (const { run } of await listRuns(root)) {
    const recorded = await readRun(root, run).catch(() => undefined);
    if (!recorded) continue;
    const { events, state } = recorded;
    const records = AttemptRecords.of(events).all;
    const own = records.filter((record) => record.ticket === ticket);
    const record = own.findLast((one) => attempt === undefined || one.attempt === attempt);
    if (record) return { run, events, record };
    if (own.length > 0) {
      const numbers = [...new Set(own.map((one) => one.attempt))].join(', ');
      throw new NoLogError(ticket, `${ticket} has no attempt ${attempt} in run ${run}: it has ${numbers}`);
    }
    for (const one of records) known.add(one.ticket);
    if (state.tickets.has(ticket)) waitsIn ??= run;
  }
  if (waitsIn !== undefined)
    throw new NoLogError(
      ticket,
      `${ticket} has not been started in run ${waitsIn}: sage status says what runs`,
    );
  if (known.size === 0)
    throw new NoLogError(ticket, 'no run has worked on a ticket yet: sage stream starts one');
  throw new NoLogError(ticket, `no run has worked on ${JSON.stringify(ticket)}${didYouMean(ticket, known)}`);
}
