import { open } from 'node:fs/promises';
import { constants } from 'node:fs';

/** The size of a chunk in bytes. */
const CHUNK_BYTES = 64 * 1024;
const LOOK_MS = 250;

/** Sends what is appended to a file, in order, until `end`. */
export class OutputTail {
  readonly #file: string;
  readonly #send: (offset: number, data: Buffer) => Promise<void>;
  #sent = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: Promise<void> = Promise.resolve();

  constructor(file: string, send: (offset: number, data: Buffer) => Promise<void>) {
    this.#file = file;
    this.#send = send;
  }

  start(): this {
    let looking = false;
    this.#timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void this.#look().finally(() => (looking = false));
    }, LOOK_MS);
    return this;
  }

  /** Sends the rest. Returns the total number of bytes. */
  async end(): Promise<number> {
    clearInterval(this.#timer);
    await this.#look();
    return this.#sent;
  }

  async #look(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#sendNew()).catch(() => {});
    await this.#turn;
  }

  async #sendNew(): Promise<void> {
    const file = await open(this.#file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      for (;;) {
        const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
        const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, this.#sent);
        if (bytesRead === 0) return;
        await this.#send(this.#sent, buffer.subarray(0, bytesRead));
        this.#sent += bytesRead;
      }
    } finally {
      await file.close();
    }
  }
}
