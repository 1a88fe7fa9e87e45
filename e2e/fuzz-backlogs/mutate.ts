import { PIECES } from './seeds.ts';

/** The text with a few faults of the kinds that people, tools and merges make. */
export function mutate(text: string, random: () => number): string {
  let result = text;
  for (let times = 1 + Math.floor(random() ** 2 * 6); times > 0; times--) result = mutateOnce(result, random);
  return result;
}

function mutateOnce(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const until = Math.min(text.length, at + Math.floor(random() ** 3 * 80));
  const piece = PIECES[Math.floor(random() * PIECES.length)]!;
  const [before, span, after] = [text.slice(0, at), text.slice(at, until), text.slice(until)];
  switch (Math.floor(random() * 8)) {
    case 0:
      return before + after;
    case 1:
      return before + span + span + after;
    case 2:
      return before + piece + after;
    case 3:
      return before + piece + span + after;
    case 4:
      return before;
    case 5:
      return withLines(text, (lines) => lines.toSpliced(lineIn(lines, random), 1));
    case 6:
      return withLines(text, (lines) =>
        lines.toSpliced(lineIn(lines, random), 0, lines[lineIn(lines, random)]!),
      );
    default:
      return withLines(text, (lines) =>
        lines.toSpliced(lineIn(lines, random), 1, lines[lineIn(lines, random)]!),
      );
  }
}

function withLines(text: string, change: (lines: readonly string[]) => readonly string[]): string {
  return change(text.split('\n')).join('\n');
}

function lineIn(lines: readonly string[], random: () => number): number {
  return Math.floor(random() * lines.length);
}
