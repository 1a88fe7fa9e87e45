import stringWidth from 'string-width';

/** The required part of a terminal stream. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns: number;
  readonly rows: number;
}

const SYNCHRONIZED = ['\u001B[?2026h', '\u001B[?2026l'] as const;
const ERASE_TO_END = '\u001B[K';

/**
 * A few lines at the bottom of a terminal that are rewritten repeatedly, below permanent lines. It only moves the
 * cursor and erases lines, without an alternate screen or a hidden cursor, so a killed process leaves nothing but the
 * lines. The cursor rests on the line after the region.
 */
export class LiveRegion {
  readonly #terminal: Terminal;
  readonly #style: (text: string) => string;
  #lines: readonly string[] = [];
  /** The width of the terminal when the lines were written. */
  #columns = 0;

  constructor(terminal: Terminal, style: (text: string) => string = (text) => text) {
    this.#terminal = terminal;
    this.#style = style;
  }

  /** Shows these lines, writing only what has changed. Each has to be narrower than the terminal. */
  update(lines: readonly string[]): void {
    const before = this.#lines;
    const isSame = before.length === lines.length && this.#columns === this.#terminal.columns;
    const frame = isSame
      ? this.#changes(before, lines)
      : this.#top() + this.#whole(lines) + this.#below(lines);
    this.#remember(lines);
    this.#write(frame);
  }

  /** Writes permanent lines above the region. The region moves down or, at the bottom, everything else moves up. */
  print(text: string): void {
    const permanent = text.replace(/\n$/, '').split('\n');
    const written = permanent.map((line) => `${line}${ERASE_TO_END}\r\n`).join('');
    const rows = this.#rowsOf(permanent);
    const height = this.#lines.length;
    if (this.#columns !== this.#terminal.columns || rows + height >= this.#terminal.rows) {
      const lines = this.#lines;
      this.#write(this.#top() + written + this.#whole(lines) + this.#below(lines));
      return this.#remember(lines);
    }
    if (height === 0) return this.#write(written);
    const room = `${'\r\n'.repeat(rows)}${up(height + rows)}\u001B[${rows}L`;
    this.#write(`${room}${written}\r${down(height)}`);
  }

  /** Removes the region. */
  clear(): void {
    const { length } = this.#lines;
    if (length === 0) return;
    this.#write(this.#top() + `${ERASE_TO_END}\r\n`.repeat(length) + up(length));
    this.#lines = [];
  }

  #changes(before: readonly string[], lines: readonly string[]): string {
    let frame = '';
    for (const [at, line] of lines.entries()) {
      const old = before[at] ?? '';
      if (line === old) continue;
      const same = commonStart(old, line);
      const from = lines.length - at;
      const skip = stringWidth(same);
      const text = this.#style(line.slice(same.length));
      frame += `${up(from)}${skip > 0 ? `\u001B[${skip}C` : ''}${text}${ERASE_TO_END}\r${down(from)}`;
    }
    return frame;
  }

  #whole(lines: readonly string[]): string {
    return lines.map((line) => `${this.#style(line)}${ERASE_TO_END}\r\n`).join('');
  }

  /** Moves to the first line of the region. If the terminal has become narrower, some lines take several rows. */
  #top(): string {
    return up(this.#rowsOf(this.#lines));
  }

  #rowsOf(lines: readonly string[]): number {
    const columns = Math.max(1, this.#terminal.columns);
    return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
  }

  /** Rows of the previous lines that the new ones do not cover. */
  #below(lines: readonly string[]): string {
    const rows = this.#rowsOf(this.#lines);
    const left = Math.max(0, rows - lines.length);
    return left === 0 ? '' : `${ERASE_TO_END}\r\n`.repeat(left) + ERASE_TO_END + up(left);
  }

  #remember(lines: readonly string[]): void {
    this.#lines = lines;
    this.#columns = this.#terminal.columns;
  }

  #write(frame: string): void {
    if (frame !== '') this.#terminal.write(SYNCHRONIZED[0] + frame + SYNCHRONIZED[1]);
  }
}

function up(rows: number): string {
  return rows > 0 ? `\r\u001B[${rows}A` : '\r';
}

function down(rows: number): string {
  return rows > 0 ? `\u001B[${rows}B` : '';
}

/** The characters that two lines start with, without cutting characters of several code points. */
function commonStart(one: string, other: string): string {
  const segments = new Intl.Segmenter();
  const others = segments.segment(other)[Symbol.iterator]();
  let length = 0;
  for (const { segment } of segments.segment(one)) {
    const next = others.next();
    if (next.done || next.value.segment !== segment) break;
    length += segment.length;
  }
  return one.slice(0, length);
}
