import { stripVTControlCharacters } from 'node:util';

/** Something that an agent said or did. */
export interface Word {
  /** `ran` a command, `changed` files, `used` another tool; `failed`: what it did had no success; `denied`: it may not. */
  readonly kind: 'said' | 'ran' | 'changed' | 'used' | 'failed' | 'denied' | 'problem';
  /** Without control characters, but for line breaks. */
  readonly text: string;
  /** A piece of what is said: it goes on right after the piece before. */
  readonly piece?: true;
}

/** What an agent printed, so that no terminal obeys it: lines stay lines. */
export function withoutControls(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll('\t', '  ')
      .replaceAll(/\r+(?=\n|$)/g, '')
      // Progress bars write over their own line.
      .replaceAll(/[^\n]*\r/g, '')
      .replaceAll(/[^\P{C}\n]/gu, '\u{fffd}')
  );
}

export function said(text: string | undefined): Word[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'said', text: withoutControls(text) }];
}

export function problem(text: string | undefined): Word[] {
  return text === undefined || text.trim() === '' ? [] : [{ kind: 'problem', text: withoutControls(text) }];
}
