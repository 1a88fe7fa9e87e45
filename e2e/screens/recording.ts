import { once } from 'node:events';
import headless from '@xterm/headless';
import { onTerminal } from '../on-terminal.ts';

type Options = Parameters<typeof onTerminal>[1];

/** A shell line on a terminal, as a person sees it, and the keys that they press. */
export class Recording {
  readonly #screen: headless.Terminal;
  readonly #process: ReturnType<typeof onTerminal>;
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(line: string, options: Options) {
    const { columns, rows } = options;
    this.#screen = new headless.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1_000 });
    this.#process = onTerminal(line, options);
    this.#process.stdout.on('data', (data: Buffer) => this.#screen.write(data, () => this.#look()));
    void this.#end();
  }

  press(keys: string): void {
    this.#process.stdin.write(keys);
  }

  /** The screen, as soon as all of this stands on it. */
  async shows(...texts: readonly RegExp[]): Promise<string> {
    await this.#until(() => texts.every((text) => text.test(this.#text())), texts.join(' and '));
    return this.#text();
  }

  /** The screen that the line leaves behind. */
  async end(): Promise<string> {
    await this.#until(() => this.#isOver, 'its end');
    return this.#text();
  }

  /** What has been shown in lines that are wider than the terminal. */
  tooWide(): string[] {
    const { active } = this.#screen.buffer;
    const wide: string[] = [];
    for (let at = 0; at < active.length; at += 1) {
      const line = active.getLine(at);
      const text = line?.translateToString(true) ?? '';
      if (!line?.isWrapped) continue;
      const continues = active.getLine(at - 1)?.isWrapped === true;
      const start = continues ? wide.pop() : active.getLine(at - 1)?.translateToString(true);
      wide.push(`${start}${text}`);
    }
    return wide;
  }

  #text(): string {
    const { active } = this.#screen.buffer;
    const rows = Array.from({ length: this.#screen.rows }, (_, row) =>
      (active.getLine(active.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return rows.join('\n').trimEnd();
  }

  async #end(): Promise<void> {
    await once(this.#process, 'close');
    // All that came before it has been drawn then.
    this.#screen.write('', () => {
      this.#isOver = true;
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  #until(isSo: () => boolean, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!isSo() && !this.#isOver) return;
        this.#waiting.delete(look);
        if (isSo()) resolve();
        else reject(new Error(`it ended without ${what}:\n${this.#text()}`));
      };
      this.#waiting.add(look);
      look();
    });
  }
}
