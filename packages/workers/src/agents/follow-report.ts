import { LineFollower } from '../process/line-follower.ts';
import { type AgentReport, isObject, NO_REPORT, type ReadEvent } from './report.ts';

/**
 * The report of an agent whose output file grows. Each `read` folds in what was added since the last one. Lines that
 * are not JSON objects are skipped. An incomplete last line waits for its end.
 */
export class ReportFollower {
  readonly #lines: LineFollower;
  readonly #readEvent: ReadEvent;
  #report = NO_REPORT;
  #reading: Promise<AgentReport> | undefined;

  /** Starts at byte `start` of the file. */
  constructor(file: string, readEvent: ReadEvent, start = 0) {
    this.#lines = new LineFollower(file, start);
    this.#readEvent = readEvent;
  }

  /** A call during another call shares that call's result. */
  async read(): Promise<AgentReport> {
    this.#reading ??= this.#readOn().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  /** Reads everything, including an incomplete last line. */
  async readToEnd(): Promise<AgentReport> {
    await this.#reading;
    await this.read();
    this.#take(this.#lines.takeRest());
    return this.#report;
  }

  async #readOn(): Promise<AgentReport> {
    for await (const lines of this.#lines.read()) for (const line of lines) this.#take(line);
    return this.#report;
  }

  #take(line: string): void {
    const event = line.startsWith('{') ? parse(line) : undefined;
    if (isObject(event)) this.#report = this.#readEvent(this.#report, event);
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // Cut off by a kill, or something that only looks like JSON.
  }
}
