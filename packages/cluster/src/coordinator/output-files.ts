import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolderWithin } from '@sage/git';
import type { Broker } from '../broker/broker.ts';
import { forgetOutput, readOutput } from '../broker/output-stream.ts';

/** The local file for an attempt's output. */
interface Target {
  readonly file: string;
  readonly fence: number;
  written: number;
  waiting: { readonly size: number; readonly done: () => void } | undefined;
}

/**
 * The largest plausible gap before a chunk, in bytes. A larger one does not come from an agent, and the file would
 * not fit on any disk.
 */
const MAX_GAP_BYTES = 1024 ** 3;

/** How long to wait for the last lines of an attempt that has ended. */
const LATE_MS = 5_000;

/** Writes the output of remote agents to the same files as if they had run here. */
export class OutputFiles {
  readonly #broker: Broker;
  readonly #run: string;
  readonly #targets = new Map<string, Target>();
  #closed = false;

  constructor(broker: Broker, run: string) {
    this.#broker = broker;
    this.#run = run;
    void this.#follow();
  }

  /**
   * Starts to write an attempt's output. Removes the output of an earlier attempt with the same name, unless it is
   * this one (`isSame`).
   */
  async begin(job: string, fence: number, file: string, isSame: boolean): Promise<void> {
    await makeFolderWithin(dirname(file));
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
    const handle = await open(file, flags, 0o600);
    try {
      if (!isSame) await handle.truncate(0);
      const { size } = await handle.stat();
      this.#targets.set(job, { file, fence, written: size, waiting: undefined });
    } finally {
      await handle.close();
    }
  }

  /** Resolves when all output has arrived, or will not arrive. */
  async end(job: string, size: number): Promise<void> {
    const target = this.#targets.get(job);
    if (target && target.written < size) {
      const all = Promise.withResolvers<void>();
      target.waiting = { size, done: all.resolve };
      const late = setTimeout(all.resolve, LATE_MS);
      await all.promise;
      clearTimeout(late);
    }
    this.#targets.delete(job);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await forgetOutput(this.#broker.redis, this.#run).catch(() => {});
  }

  async #follow(): Promise<void> {
    const connection = this.#broker.connect();
    while (!this.#closed) {
      try {
        for await (const { job, fence, offset, data } of readOutput(connection, this.#run)) {
          const target = this.#targets.get(job);
          if (target?.fence !== fence || offset - target.written > MAX_GAP_BYTES) continue;
          // A chunk that cannot be written is reported as missing by the next one.
          await write(target, offset, data).catch(() => {});
        }
      } catch {
        if (this.#closed) return;
        await new Promise((resolve) => setTimeout(resolve, 500).unref());
      }
    }
  }
}

/** Writes repeated chunks only once, and marks missing ones. */
async function write(target: Target, offset: number, data: Buffer): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;
  const handle = await open(target.file, flags, 0o600);
  try {
    if (offset > target.written) {
      const note = `[${offset - target.written} bytes did not arrive]\n`.slice(0, offset - target.written);
      await handle.write(note, target.written);
    }
    await handle.write(data, 0, data.length, offset);
    target.written = Math.max(target.written, offset + data.length);
  } finally {
    await handle.close();
  }
  if (target.waiting && target.written >= target.waiting.size) target.waiting.done();
}
