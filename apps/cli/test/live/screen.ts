import headless from '@xterm/headless';
import type { Terminal } from '../../src/live/live-region.ts';

/** A terminal that nobody looks at, and what stands on it. */
export class VirtualScreen implements Terminal {
  readonly #terminal: headless.Terminal;
  /** Bytes that were written. */
  bytes = 0;
  written = '';

  constructor(columns: number, rows: number) {
    this.#terminal = new headless.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      scrollback: 10_000,
    });
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  write(text: string): void {
    this.bytes += Buffer.byteLength(text);
    this.written += text;
    this.#terminal.write(text);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.settled();
    this.#terminal.resize(columns, rows);
  }

  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.write('', resolve);
    });
  }

  /** All lines, with what has scrolled away; those that were too wide are whole again. */
  async lines(): Promise<string[]> {
    await this.settled();
    const buffer = this.#terminal.buffer.active;
    const found: string[] = [];
    for (let at = 0; at < buffer.length; at += 1) {
      const line = buffer.getLine(at);
      const text = line?.translateToString(true) ?? '';
      if (line?.isWrapped) found.push((found.pop() ?? '') + text);
      else found.push(text);
    }
    while (found.at(-1) === '') found.pop();
    return found;
  }
}
