import { TicketIndexError } from '../errors.ts';
import { isConflictMarker, linesOf } from './lines.ts';
import type { Line } from './lines.ts';

/** A line of Markdown, parsed as far as task lists need it. */
export type MarkdownLine =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string; readonly line: Line }
  | {
      readonly kind: 'box';
      readonly indent: number;
      /** The character between the brackets: a space, an x or something else. */
      readonly mark: string;
      /** Its offset in the whole text. */
      readonly markAt: number;
      readonly text: string;
      readonly line: Line;
    }
  | { readonly kind: 'text'; readonly text: string; readonly line: Line };

/**
 * The lines of a text without comments. Everything in a code fence is text.
 * @throws {TicketIndexError} for an unresolved merge.
 */
export function markdownLines(text: string, file: string): MarkdownLine[] {
  const result: MarkdownLine[] = [];
  let fence: string | undefined;
  let inComment = false;
  for (const line of linesOf(text)) {
    const trimmed = line.text.trim();
    if (inComment) {
      inComment = !trimmed.includes('-->');
    } else if (fence !== undefined) {
      if (trimmed.startsWith(fence) && trimmed.replaceAll(fence[0]!, '') === '') fence = undefined;
      result.push({ kind: 'text', text: line.text, line });
    } else if (isConflictMarker(line)) {
      const problem = 'a git conflict marker: resolve the merge first';
      throw new TicketIndexError({
        file,
        code: 'CONFLICT_MARKERS',
        problem,
        place: { line: line.number, column: 1 },
      });
    } else if (trimmed.startsWith('<!--') && !trimmed.includes('-->')) {
      inComment = true;
    } else {
      fence = /^(?:`{3,}|~{3,})/.exec(trimmed)?.[0];
      result.push(lineOf(line));
    }
  }
  return result;
}

function lineOf(line: Line): MarkdownLine {
  const heading = /^(#{1,6})\s+(.*)$/.exec(line.text);
  if (heading) return { kind: 'heading', level: heading[1]!.length, text: withoutHashes(heading[2]!), line };
  const box = /^(\s*)([-*+]\s+\[)([^\]])\](?:\s+(.*))?$/.exec(line.text);
  if (!box) return { kind: 'text', text: line.text, line };
  const [, space = '', bullet = '', mark = '', text = ''] = box;
  const markAt = line.start + space.length + bullet.length;
  return { kind: 'box', indent: space.length, mark, markAt, text: text.trim(), line };
}

/** A heading may end with hashes. */
function withoutHashes(text: string): string {
  const trimmed = text.trimEnd();
  let end = trimmed.length;
  while (trimmed[end - 1] === '#') end--;
  return end === trimmed.length || (end > 0 && trimmed[end - 1] !== ' ')
    ? trimmed
    : trimmed.slice(0, end).trimEnd();
}
