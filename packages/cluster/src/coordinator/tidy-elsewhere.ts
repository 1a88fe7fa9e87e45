import { setTimeout as delay } from 'node:timers/promises';
import type { Repository } from '@sage/git';
import type { LeftElsewhere, SentAttempt } from '@sage/stream';
import { type Broker, openBroker } from '../broker/broker.ts';
import { ClusterError } from '../errors.ts';
import { jobId } from '../protocol/names.ts';
import { within } from '../within.ts';
import { CodeExchange, remoteOf } from './code-exchange.ts';
import { disownAnywhere } from './dispatch.ts';

/** How long to wait for a broker that may be out of reach, in milliseconds. */
const SHORT_MS = 2_000;

/** Pauses before a remote is retried that cannot be reached, each twice as long as the one before. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 8_000;

interface TidyOptions extends Pick<LeftElsewhere, 'run' | 'cutOff' | 'keep'> {
  readonly broker: Broker;
  readonly code: CodeExchange;
  readonly sent: readonly SentAttempt[];
}

/**
 * Ends attempts that are no longer wanted, and removes from the remote what the run has left. Returns what a person
 * should know.
 */
export async function tidyElsewhere({
  broker,
  code,
  run,
  cutOff,
  sent,
  keep,
}: TidyOptions): Promise<string[]> {
  for (const { ticket, attempt, fence } of cutOff)
    await within(SHORT_MS, disownAnywhere(broker, jobId(run, ticket, attempt), fence)).catch(() => {});
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
    try {
      const late = await code.tidy(sent, keep);
      return late.map(({ ticket, ref }) => {
        const what = ref === undefined ? 'it has landed already' : `kept as ${ref}`;
        return `${ticket}: work arrived that the run no longer waited for; ${what}`;
      });
    } catch (error) {
      const [reason] = (error instanceof Error ? error.message : String(error)).split('\n');
      if (pause > LAST_PAUSE_MS)
        return [`the remote could not be cleaned up: ${reason}; its refs below refs/sage/ stay`];
      await delay(pause);
    }
  }
}

/** Ends what an abandoned run has left on other machines. Returns what a person should know. */
export async function endElsewhere(
  address: string,
  { repository, run, target, ...left }: LeftElsewhere & { readonly repository: Repository },
): Promise<string[]> {
  try {
    const broker = await openBroker(address);
    try {
      const remote = await remoteOf(repository, target.replace('refs/heads/', ''));
      return await tidyElsewhere({ ...left, run, broker, code: new CodeExchange(repository, remote, run) });
    } finally {
      await broker.close();
    }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error;
    return [`agents of the run on other machines were not ended: ${error.message}`];
  }
}
