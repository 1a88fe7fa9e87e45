import stringWidth from 'string-width';

/** Text of tickets, files and agents on a person's terminal: one line, and no control character gets through. */
export function printable(text: string): string {
  return text
    .replaceAll(/[\r\n\t]+/g, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}')
    .trim();
}

/** The start of a text, at most so many columns wide. */
export function fit(text: string, columns: number): string {
  const clean = printable(text);
  if (stringWidth(clean) <= columns) return clean;
  let fitted = '';
  let width = 0;
  for (const character of clean) {
    width += stringWidth(character);
    if (width > columns - 1) break;
    fitted += character;
  }
  return `${fitted}\u{2026}`;
}

/** Fitted, and filled up with spaces. */
export function column(text: string, columns: number): string {
  const fitted = fit(text, columns);
  return fitted + ' '.repeat(Math.max(0, columns - stringWidth(fitted)));
}
