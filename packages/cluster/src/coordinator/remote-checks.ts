import { join } from 'node:path';
import { makeFolderWithin, replaceFile } from '@sage/git';
import type { WorkerPool } from '@sage/stream';
import { type CheckRequest, MachineError } from '@sage/workers';
import type { Broker } from '../broker/broker.ts';
import { type CheckPayload, verdictSchema } from '../protocol/payload.ts';
import { awaitJob } from './dispatch.ts';
import type { JobWatch } from './job-watch.ts';

/** How often to send a check whose worker is lost. */
const MAX_TRIES = 3;

export interface RemoteChecksOptions {
  readonly broker: Broker;
  readonly jobs: JobWatch;
  /** Top of the repository, and the folder of the run below it. */
  readonly root: string;
  readonly runFolder: string;
  /** Makes the commit available on the remote, and returns what a worker needs to check it. */
  readonly payloadFor: (request: CheckRequest, fence: number) => Promise<CheckPayload>;
}

/**
 * Runs a check on a worker of another machine. Its last lines become the log here.
 * @throws {MachineError} if no worker could run it.
 */
export async function checkElsewhere(
  request: CheckRequest,
  { broker, jobs, root, runFolder, payloadFor }: RemoteChecksOptions,
): ReturnType<WorkerPool['check']> {
  let reason = 'its workers were gone';
  for (let fence = 1; fence <= MAX_TRIES; fence += 1) {
    const id = `${request.run}.check.${request.commit}`;
    await jobs.add(id, await payloadFor(request, fence), 'check');
    const { signal } = request;
    const end = await awaitJob({ broker, jobs, id, fence, signal, killSignal: signal, onSaid: () => {} });
    if (end.kind === 'given-up') return { ok: false, output: '' };
    await jobs.remove(id);
    if (end.kind === 'refused') ({ reason } = end);
    if (end.kind !== 'answered') continue;
    const verdict = verdictSchema.safeParse(end.answer).data;
    if (verdict?.fence !== fence) continue;
    const { ok, output } = verdict;
    const folder = join(runFolder, 'verify', request.commit);
    await makeFolderWithin(join(root, folder));
    const log = join(folder, 'verify.log');
    await replaceFile(join(root, log), `${output}\n`);
    return { ok, output, log };
  }
  throw new MachineError(`verify could not be run on a worker: ${reason}`);
}
