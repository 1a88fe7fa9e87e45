import type { Broker } from '../broker/broker.ts';
import { sendOutput } from '../broker/output-stream.ts';
import { type Answer, checkSchema, payloadSchema, type Said, type CheckAnswer } from '../protocol/payload.ts';
import { jobId } from '../protocol/names.ts';
import type { WorkerActivity } from '../protocol/self-description.ts';
import { Lease } from './lease.ts';
import type { OrderWatch } from './order-watch.ts';
import { workOn } from './remote-attempt.ts';
import { checkHere } from './remote-check.ts';
import { limitReports } from './report-limit.ts';
import type { RunRooms } from './run-rooms.ts';
import type { TakenJob } from './slots.ts';

type Entry = WorkerActivity['attempts'][number];
export type Doing = { -readonly [Key in keyof Entry]: Entry[Key] };

export interface JobContext {
  readonly broker: Broker;
  readonly worker: string;
  readonly lease: number;
  readonly rooms: RunRooms;
  readonly orders: OrderWatch;
  /** The current activity, by job. */
  readonly doing: Map<string, Doing>;
  /** When aborted: agents are ended, and their work is pushed. */
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

/** A valid job. */
interface Task {
  readonly deadline: number;
  readonly title: string;
  readonly entry: Doing;
  readonly work: (lease: Lease) => Promise<Answer | CheckAnswer>;
}

/**
 * Works on a job for as long as this worker has the lease. Never rejects. Returns whether this machine worked
 * properly.
 */
export async function workOnJob(taken: TakenJob, slot: number, context: JobContext): Promise<boolean> {
  const { job, token } = taken;
  const { broker, orders, doing, onNotice } = context;
  const id = job.id ?? '';
  const refuse = async (reason: string) => {
    await job.moveToFailed(new Error(reason), token, false).catch(() => {});
    onNotice(`${id} is refused: ${reason}`);
  };
  // The job's previous worker is gone. Its coordinator decides what to do.
  const task = job.deferredFailure || taskOf(taken, slot, context);
  if (typeof task === 'string') {
    await refuse(task);
    return true;
  }
  const { title } = task;
  const lease = Lease.of(job, token, context.lease).start();
  try {
    if ((await broker.now()) > task.deadline) {
      await refuse('its deadline to start has passed');
      return true;
    }
    doing.set(id, task.entry);
    onNotice(`${title} of run ${task.entry.run}`);
    const answer = await task.work(lease);
    // The broker accepts this only from the holder of the lease.
    await job.moveToCompleted(answer, token, false);
    onNotice(`${title}: ${spoken(answer)}`);
    return !('outcome' in answer) || answer.outcome !== 'machine-failed';
  } catch (error) {
    if (lease.lost.aborted) {
      onNotice(`${title}: the lease was lost, so nobody waits for its result`);
      return true;
    }
    await refuse(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    return false;
  } finally {
    lease.end();
    orders.forget(id);
    doing.delete(id);
  }
}

/** The task of a job, or the reason for refusing it. */
function taskOf({ job }: TakenJob, slot: number, context: JobContext): Task | string {
  const { broker, worker, rooms, orders, stop, killSignal } = context;
  const id = job.id ?? '';
  if (job.name === 'check') {
    const parsed = checkSchema.safeParse(job.data);
    if (!parsed.success) return `what was sent is not a check: ${firstIssue(parsed.error)}`;
    const payload = parsed.data;
    const title = `check of ${payload.commit.slice(0, 10)}`;
    return {
      deadline: payload.deadline,
      title,
      entry: { run: payload.runId, ticket: title, attempt: 1 },
      work: async ({ lost }) => {
        const signal = AbortSignal.any([lost, stop, killSignal]);
        return checkHere(payload, await rooms.roomFor(payload, payload.commit), { worker, signal });
      },
    };
  }
  const parsed = payloadSchema.safeParse(job.data);
  if (!parsed.success) return `what was sent is not an attempt: ${firstIssue(parsed.error)}`;
  const payload = parsed.data;
  const { ticketId: ticket, attempt, fence, runId: run } = payload;
  // A second delivery would run in parallel, and would push when nobody waits for it any more.
  const own = jobId(run, ticket, attempt);
  if (id !== own) return `${own} is the id of this attempt`;
  const entry: Doing = { run, ticket, attempt };
  const say = limitReports((said: Said) => {
    if (said.kind === 'report') entry.activity = said.report.activity;
    void job.updateProgress(said).catch(() => {});
  });
  return {
    deadline: payload.deadline,
    title: `${ticket}: attempt ${attempt}`,
    entry,
    work: async ({ lost }) =>
      workOn({
        payload,
        room: await rooms.roomFor(payload, payload.base),
        worker,
        slot,
        stop,
        kill: AbortSignal.any([lost, killSignal]),
        line: {
          say,
          sendOutput: (offset, data) => sendOutput(broker.redis, run, { job: id, fence, offset, data }),
          onOrder: (take) => orders.watch(id, fence, take),
        },
      }),
  };
}

function spoken(answer: Answer | CheckAnswer): string {
  if (!('outcome' in answer)) return answer.ok ? 'it passes' : 'it fails';
  return answer.reason === undefined ? answer.outcome : `${answer.outcome}: ${answer.reason}`;
}

function firstIssue({ issues: [issue] }: { issues: readonly { path: PropertyKey[]; message: string }[] }) {
  return `${issue?.path.join('.')}: ${issue?.message}`;
}
