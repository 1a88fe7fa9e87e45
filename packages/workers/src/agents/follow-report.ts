import { StringDecoder } from 'node:string_decoder';
import { openRegular } from '../process/regular-file.ts';
import { type AgentReport, isObject, NO_REPORT, type ReadEvent } from './report.ts';

/** Longer lines are an agent's way of printing files; what matters of them is reported elsewhere. */
const MAX_LINE_CHARACTERS = 4_000_000;

/**
 * The report of an agent whose output grows in a file: each `read` folds in what has come since the last one. Lines
 * that are no JSON object are passed over; one without its end waits for it.
 */
export class ReportFollower {
  readonly #file: string;
  readonly #readEvent: ReadEvent;
  readonly #decoder = new StringDecoder('utf8');
  #offset: number;
  #line = '';
  #tooLong = false;
  #report = NO_REPORT;
  #reading: Promise<AgentReport> | undefined;

  /** From byte `start` of the file on. */
  constructor(file: string, readEvent: ReadEvent, start = 0) {
    this.#file = file;
    this.#readEvent = readEvent;
    this.#offset = start;
  }

  /** One at a time: a second call while the first reads has its result. */
  async read(): Promise<AgentReport> {
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Everything that is there, a last line without its end included. */
  async readToEnd(): Promise<AgentReport> {
    await this.#reading;
    await this.read();
    this.#endLine();
    return this.#report;
  }

  async #readOn(): Promise<AgentReport> {
    await using handle = await openRegular(this.#file, 'r');
    for await (const chunk of handle.createReadStream({ start: this.#offset, autoClose: false })) {
      const bytes = chunk as Buffer;
      this.#offset += bytes.length;
      const [first = '', ...rest] = this.#decoder.write(bytes).split('\n');
      this.#append(first);
      for (const next of rest) {
        this.#endLine();
        this.#append(next);
      }
    }
    return this.#report;
  }

  #append(text: string): void {
    this.#tooLong ||= this.#line.length + text.length > MAX_LINE_CHARACTERS;
    this.#line = this.#tooLong ? '' : this.#line + text;
  }

  #endLine(): void {
    const event = this.#line.startsWith('{') ? parse(this.#line) : undefined;
    if (isObject(event)) this.#report = this.#readEvent(this.#report, event);
    this.#line = '';
    this.#tooLong = false;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Cut off by a kill, or something that only looks like JSON.
  }
}
