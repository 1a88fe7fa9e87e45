export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Offset of its first character. */
  readonly start: number;
  /** Without its line break. */
  readonly text: string;
}

/** The lines of a text, with any kind of line break and without a byte order mark. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  const lineBreak = /\r\n|\n|\r/g;
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let found = lineBreak.exec(text); found; found = lineBreak.exec(text)) {
    lines.push({ number: lines.length + 1, start, text: text.slice(start, found.index) });
    start = lineBreak.lastIndex;
  }
  lines.push({ number: lines.length + 1, start, text: text.slice(start) });
  return lines;
}

/** Whether a line like this is a marker of an unresolved merge. */
export function isConflictMarker({ text }: Pick<Line, 'text'>): boolean {
  return /^(?:<{7}|>{7}|\|{7})(?: |$)/.test(text);
}
