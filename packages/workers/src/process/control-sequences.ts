/**
 * What terminals obey instead of showing it: CSI sequences (colours, the cursor), strings up to their end (titles,
 * links), other escapes. Each part stops at the next escape and has a limit, so that the time is linear in the text:
 * an agent may print megabytes that begin a sequence with every character.
 */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex
  /\u001B[\]PX^_][^\u0007\u001B\u009C]{0,4096}(?:\u0007|\u001B\\|\u009C)|(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,16}[@-~]|\u001B[ -/]{0,8}[0-~]/g;

export function withoutSequences(text: string): string {
  return text.replaceAll(SEQUENCE, '');
}
