import type { Broker } from '../broker/broker.ts';
import { sendOutput } from '../broker/output-stream.ts';
import { payloadSchema, type Said } from '../protocol/payload.ts';
import type { WorkerActivity } from '../protocol/self-description.ts';
import { Lease } from './lease.ts';
import type { OrderWatch } from './order-watch.ts';
import { workOn } from './remote-attempt.ts';
import { limitReports } from './report-limit.ts';
import type { RunRooms } from './run-rooms.ts';
import type { TakenJob } from './slots.ts';

export type Doing = {
  -readonly [Key in keyof WorkerActivity['attempts'][number]]: WorkerActivity['attempts'][number][Key];
};

export interface JobContext {
  readonly broker: Broker;
  readonly worker: string;
  readonly lease: number;
  readonly rooms: RunRooms;
  readonly orders: OrderWatch;
  /** What is under way, by job. */
  readonly doing: Map<string, Doing>;
  /** Aborted: agents are ended, what they have done is pushed. */
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

/** Works on what was taken, for as long as the lease is this worker's. Never rejects; returns whether this machine did its part. */
export async function workOnJob(
  { job, token }: TakenJob,
  slot: number,
  context: JobContext,
): Promise<boolean> {
  const { broker, worker, rooms, orders, doing, stop, killSignal, onNotice } = context;
  const id = job.id ?? '';
  const refuse = async (reason: string) => {
    await job.moveToFailed(new Error(reason), token, false).catch(() => {});
    onNotice(`${id} is refused: ${reason}`);
  };
  const parsed = payloadSchema.safeParse(job.data);
  // The worker that had it is gone: its coordinator decides what becomes of it.
  let refusal: string | undefined = job.deferredFailure;
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    refusal ??= `what was sent is not an attempt: ${issue?.path.join('.')}: ${issue?.message}`;
  }
  if (!parsed.success || refusal !== undefined) {
    await refuse(refusal ?? '');
    return true;
  }
  const payload = parsed.data;
  const { ticketId, attempt, fence, runId } = payload;
  const lease = Lease.of(job, token, context.lease).start();
  try {
    if ((await broker.now()) > payload.deadline) {
      await refuse('its time to start is over');
      return true;
    }
    const entry: Doing = { run: runId, ticket: ticketId, attempt };
    doing.set(id, entry);
    onNotice(`${ticketId}: attempt ${attempt} of run ${runId}`);
    const say = limitReports((said: Said) => {
      if (said.kind === 'report') entry.activity = said.report.activity;
      void job.updateProgress(said).catch(() => {});
    });
    const answer = await workOn({
      payload,
      room: await rooms.roomFor(payload),
      worker,
      slot,
      stop,
      kill: AbortSignal.any([lease.lost, killSignal]),
      line: {
        say,
        sendOutput: (offset, data) => sendOutput(broker.redis, runId, { job: id, fence, offset, data }),
        onOrder: (take) => orders.watch(id, fence, take),
      },
    });
    // The broker takes it from who holds the lease only.
    await job.moveToCompleted(answer, token, false);
    onNotice(`${ticketId}: ${answer.outcome}${answer.reason === undefined ? '' : `: ${answer.reason}`}`);
    return answer.outcome !== 'machine-failed';
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    if (lease.lost.aborted) {
      onNotice(`${ticketId}: the lease was lost, so nobody waits for its result`);
      return true;
    }
    await refuse(reason);
    return false;
  } finally {
    lease.end();
    orders.forget(id);
    doing.delete(id);
  }
}
