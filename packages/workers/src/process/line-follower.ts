import { StringDecoder } from 'node:string_decoder';
import { openRegular } from './regular-file.ts';

/** Longer lines occur when an agent prints files. What matters in them is reported elsewhere. */
const MAX_LINE_CHARACTERS = 4_000_000;

/**
 * The lines of a growing file. Each `read` returns those completed since the last one. A line that is too long
 * becomes empty.
 */
export class LineFollower {
  readonly #file: string;
  readonly #decoder = new StringDecoder('utf8');
  #offset: number;
  #line = '';
  #tooLong = false;

  /** Starts at byte `start` of the file. */
  constructor(file: string, start = 0) {
    this.#file = file;
    this.#offset = start;
  }

  async *read(): AsyncGenerator<readonly string[], void, undefined> {
    await using handle = await openRegular(this.#file, 'r');
    for await (const chunk of handle.createReadStream({ start: this.#offset, autoClose: false })) {
      const bytes = chunk as Buffer;
      this.#offset += bytes.length;
      const [first = '', ...rest] = this.#decoder.write(bytes).split('\n');
      const lines: string[] = [];
      this.#append(first);
      for (const next of rest) {
        lines.push(this.takeRest());
        this.#append(next);
      }
      yield lines;
    }
  }

  /** Returns and removes the incomplete last line. */
  takeRest(): string {
    const line = this.#line;
    this.#line = '';
    this.#tooLong = false;
    return line;
  }

  #append(text: string): void {
    this.#tooLong ||= this.#line.length + text.length > MAX_LINE_CHARACTERS;
    this.#line = this.#tooLong ? '' : this.#line + text;
  }
}
