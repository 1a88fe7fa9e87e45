import { isMachineError, type KeptAs } from '@sage/workers';
import type { RunContext } from '../context/run-context.ts';
import { waitingTime } from '../limits/waiting-time.ts';
import { messageOf } from '../errors.ts';

/** After these, a machine that still cannot write a ref stops the run. */
const PAUSES_MS = [2_000, 4_000, 8_000];

type Keeping = Pick<RunContext, 'workers' | 'clock' | 'notice' | 'stop' | 'killSignal'>;

/** Keeps work under a ref. If the machine fails, tries again after pauses, unless the run is stopped. Returns the ref. */
export async function keepWork(
  context: Keeping,
  ticket: string,
  commit: string,
  as: KeptAs,
): Promise<string> {
  const { workers, notice, stop, killSignal } = context;
  const signal = AbortSignal.any([stop, killSignal]);
  for (let failures = 0; ; failures += 1) {
    try {
      return await workers.keep(ticket, commit, as);
    } catch (error) {
      const pause = PAUSES_MS[failures];
      if (!isMachineError(error) || pause === undefined || signal.aborted) throw error;
      const why = messageOf(error);
      notice(`${ticket}: its work cannot be kept: ${why}; trying again in ${waitingTime(pause)}`);
      await pauseFor(pause, context, signal);
    }
  }
}

async function pauseFor(milliseconds: number, { clock }: Keeping, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(milliseconds, resolve);
    const stopWaiting = () => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stopWaiting, { once: true });
  });
}
