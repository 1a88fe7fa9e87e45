import stringWidth from 'string-width';

/**
 * Fast path for most texts: nothing to escape, and one column for each character. A plan of 100,000 tickets has that
 * many texts.
 */
const PLAIN = /^[ -~]*$/;

/** Text of tickets, files and agents for a terminal: on one line, and without control characters. */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text.trim();
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}')
    .trim();
}

/** The same for several lines; their indentation is kept. */
export function printableLines(text: string): string[] {
  return text.split(/\r?\n/).map((line) => {
    const indent = /^[ \t]*/.exec(line)?.[0].replaceAll('\t', '  ') ?? '';
    return `${indent}${printable(line)}`.trimEnd();
  });
}

/** `1 entry`, `2 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The start of a text, at most `columns` wide. */
export function fit(text: string, columns: number): string {
  const clean = printable(text);
  if (widthOf(clean) <= columns) return clean;
  let fitted = '';
  let width = 0;
  for (const character of clean) {
    width += stringWidth(character);
    if (width > columns - 1) break;
    fitted += character;
  }
  return `${fitted}\u{2026}`;
}

/** Shortens a name in the middle, because names such as ids differ at their ends. */
export function fitName(name: string, columns: number): string {
  const clean = printable(name);
  if (stringWidth(clean) <= columns || columns < 6) return fit(clean, columns);
  const end = Array.from(clean).slice(-3).join('');
  const start = fit(clean, columns - stringWidth(end));
  return start + end;
}

/**
 * Breaks a text into lines of at most `columns`, all but the first one indented. A long word is not broken, because
 * it may be a path to copy.
 */
export function wrap(text: string, columns: number): string[] {
  const clean = printable(text);
  if (stringWidth(clean) <= columns) return [clean];
  const lines: string[] = [];
  let line = '';
  for (const word of clean.split(/ +/)) {
    if (line !== '' && stringWidth(line) + 1 + stringWidth(word) > columns) {
      lines.push(line);
      line = `  ${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** At most this many lines of a text, each at most `columns` wide. */
export function paragraph(text: string, columns: number, lines: number): string[] {
  const wrapped = wrap(text, columns);
  const last = wrapped.slice(lines - 1);
  const all =
    last.length > 1 ? [...wrapped.slice(0, lines - 1), last.map((line) => line.trim()).join(' ')] : wrapped;
  return all.map((line, nth) => (nth === 0 ? fit(line, columns) : `  ${fit(line, columns - 2)}`));
}

/** Pads with spaces, and cuts to the width if `screen` has one. */
export function column(text: string, columns: number, screen?: { readonly columns: number }): string {
  const fitted = screen?.columns === Infinity ? printable(text) : fit(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - widthOf(fitted)));
}
