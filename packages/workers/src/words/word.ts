import { withoutSequences } from '../process/control-sequences.ts';

/** Something that an agent said or did. */
export interface Word {
  /**
   * `ran` a command, `changed` files, `used` another tool. `failed`: an action was unsuccessful. `denied`: it was not
   * allowed.
   */
  readonly kind: 'said' | 'ran' | 'changed' | 'used' | 'failed' | 'denied' | 'problem';
  /** Without control characters, except line breaks. */
  readonly text: string;
  /** A piece of text that directly continues the previous piece. */
  readonly piece?: true;
}

/** Removes control characters that a terminal would execute. Line breaks are kept. */
export function withoutControls(text: string): string {
  return withoutSequences(text)
    .split('\n')
    .map((line) => lastState(line).replaceAll('\t', '  '))
    .join('\n')
    .replaceAll(/[^\P{C}\n]/gu, '\u{fffd}');
}

/** Progress bars overwrite their own line, and some programs end lines with a carriage return. */
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
