import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolderWithin } from '@sage/git';
import type { Broker } from '../broker/broker.ts';
import { forgetOutput, readOutput } from '../broker/output-stream.ts';

/** Where the output of an attempt goes. */
interface Target {
  readonly file: string;
  readonly fence: number;
  written: number;
  waiting: { readonly size: number; readonly done: () => void } | undefined;
}

/** Output that is missing before a chunk, in bytes: what claims more comes from no agent, and would make a file that no disk holds. */
const MAX_GAP_BYTES = 1024 ** 3;

/** How long the last lines of an attempt that has ended may take. */
const LATE_MS = 5_000;

/** Writes what remote agents print to the files where it would be if they had run here. */
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

  /** From now on; what an earlier attempt of the same name printed goes, unless it is this one. */
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

  /** Resolves when all of it is here, or does not come. */
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
          // What cannot be written here is named as missing by what comes next.
          await write(target, offset, data).catch(() => {});
        }
      } catch {
        if (this.#closed) return;
        await new Promise((resolve) => setTimeout(resolve, 500).unref());
      }
    }
  }
}

/** What comes twice is written once; what is missing is named. */
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
