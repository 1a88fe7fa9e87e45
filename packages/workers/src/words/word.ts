import { withoutSequences } from '../process/control-sequences.ts';

/** Something that an agent said or did. */
export interface Word {
  /** `ran` a command, `changed` files, `used` another tool; `failed`: what it did had no success; `denied`: it may not. */
  readonly kind: 'said' | 'ran' | 'changed' | 'used' | 'failed' | 'denied' | 'problem';
  /** Without control characters, but for line breaks. */
  readonly text: string;
  /** A piece of what is said: it continues right after the piece before. */
  readonly piece?: true;
}

/** What an agent printed, so that no terminal obeys it: lines stay lines. */
export function withoutControls(text: string): string {
  return withoutSequences(text)
    .split('\n')
    .map((line) => lastState(line).replaceAll('\t', '  '))
    .join('\n')
    .replaceAll(/[^\P{C}\n]/gu, '\u{fffd}');
}

/** Progress bars write over their own line; lines of some programs end with a return. */
function lastState(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === '\r') end -= 1;
  const start = end === 0 ? 0 : line.lastIndexOf('\r', end - 1) + 1;
  return line.slice(start, end);
}

export function said(text: string | undefined): Word[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'said', text: withoutControls(text) }];
}

export function problem(text: string | undefined): Word[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'problem', text: withoutControls(text) }];
}
