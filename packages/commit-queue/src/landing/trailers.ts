export const TICKET_TRAILER = 'Sage-Ticket';
export const ENTRY_TRAILER = 'Sage-Entry';

// eslint-disable-next-line no-control-regex -- these are what the pattern is for
const UNSAFE = /[%\u0000-\u001f\u007f-\u009f\u2028\u2029]|^\s+|\s+$|\p{Surrogate}/gu;

/**
 * Encodes any string as the value of a one-line trailer: `%` and everything that a line cannot contain are
 * percent-encoded.
 */
export function encodeTrailer(value: string): string {
  if (value === '') return '%';
  return value.replaceAll(UNSAFE, (part) => Array.from(part, escape).join(''));
}

function escape(character: string): string {
  return `%${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(2, '0')};`;
}

export function decodeTrailer(text: string): string {
  if (text === '%') return '';
  return text.replaceAll(/%([0-9A-F]{2,6});/g, (_, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
}

const BLANK_LINE = /\n\s*\n/;
const TRAILER_LINE = /^[A-Za-z0-9][A-Za-z0-9-]*: \S/;
/** From such a line on, git treats a message as a comment, including trailers. */
const SCISSORS = /^(?=# -+ >8 -+$)/gm;
const OWN = new RegExp(`^(${TICKET_TRAILER}|${ENTRY_TRAILER}):`, 'i');

/** The message of a landing: the caller's message, with trailers that later tell what landed. */
export function landingMessage(
  message: string,
  trailers: readonly (readonly [key: string, value: string])[],
): string {
  // Text that looks like Sage's trailers could stand for another ticket, because recovery and conflicts read them.
  const own = message
    .replaceAll('\0', '')
    .split('\n')
    .filter((line) => !OWN.test(line));
  const body = own.join('\n').replaceAll(SCISSORS, ' ').trim() || 'chore: land finished work';
  const lines = trailers.map(([key, value]) => `${key}: ${encodeTrailer(value)}`);
  return `${withTrailers(body, lines)}\n`;
}

/** A message with lines added to its last block, which holds the trailers. */
export function withTrailers(message: string, lines: readonly string[]): string {
  const body = message.trimEnd();
  if (lines.length === 0) return body;
  const last = body.split(BLANK_LINE).at(-1) ?? '';
  const joins = last !== body && last.split('\n').every((line) => TRAILER_LINE.test(line));
  return `${body}\n${joins ? '' : '\n'}${lines.join('\n')}`;
}

/** A block with one of these lines holds trailers, whatever else is in it. */
const CREDIT_LINE = /^(co-authored-by|signed-off-by): \S/im;

/** The trailers of a message, one for each line. */
export function trailerLines(message: string): string[] {
  const blocks = message.trim().split(BLANK_LINE);
  const block = blocks.length > 1 ? (blocks.at(-1) ?? '') : '';
  const lines = block.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const trailers = lines.filter((line) => TRAILER_LINE.test(line));
  return trailers.length === lines.length || CREDIT_LINE.test(block) ? trailers : [];
}
