import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as delay } from 'node:timers/promises';
import { NoSuchRunError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { eventOf, journalFile } from './journal.ts';

/** Polls the journal, because some file systems lose change notifications. */
const LOOK_INTERVAL_MS = 100;

/**
 * The events of a run from its start, then each new one as soon as it is in the journal. Ends after `run.finished`,
 * or when `signal` is aborted.
 * @throws {NoSuchRunError}
 */
export async function* followRun(
  root: string,
  run: string,
  { signal }: { signal?: AbortSignal } = {},
): AsyncGenerator<RunEvent, void, undefined> {
  await using handle = await open(journalFile(root, run), 'r').catch((cause: unknown) => {
    throw new NoSuchRunError(run, { cause });
  });
  const decoder = new StringDecoder('utf8');
  const buffer = Buffer.alloc(65_536);
  let line = '';
  let finished = false;
  for (;;) {
    if (signal?.aborted) return;
    const { bytesRead } = await handle.read(buffer);
    const [first = '', ...others] = decoder.write(buffer.subarray(0, bytesRead)).split('\n');
    line += first;
    for (const next of others) {
      const event = eventOf(line);
      line = next;
      if (!event) continue;
      finished = event.event === 'run.finished';
      yield event;
    }
    if (bytesRead > 0) continue;
    // A resumed run has several ends; only the last one counts.
    if (finished) return;
    await delay(LOOK_INTERVAL_MS, undefined, { signal }).catch(() => {});
  }
}
