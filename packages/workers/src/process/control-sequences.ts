/**
 * Text that terminals execute instead of showing: CSI sequences (colours, the cursor), strings up to their end
 * (titles, links), and other escapes. Each part ends at the next escape and has a limit. That keeps the time linear,
 * even if an agent prints megabytes in which every character starts a sequence.
 */
const SEQUENCE =
  // eslint-disable-next-line no-control-regex
  /\u001B[\]PX^_][^\u0007\u001B\u009C]{0,4096}(?:\u0007|\u001B\\|\u009C)|(?:\u001B\[|\u009B)[0-?]{0,64}[ -/]{0,16}[@-~]|\u001B[ -/]{0,8}[0-~]/g;

export function withoutSequences(text: string): string {
  return text.replaceAll(SEQUENCE, '');
}
