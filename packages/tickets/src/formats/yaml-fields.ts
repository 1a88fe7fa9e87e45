import { TicketIndexError } from '../errors.ts';
import type { Line } from './lines.ts';

/** A top-level member of a YAML mapping. */
export interface YamlField {
  /** Undefined if this reader does not support it: a mapping, an anchor, a tag. */
  readonly value: string | readonly string[] | undefined;
  /** The offset in the whole text of a value on the line of its key, including quotes. */
  readonly start: number;
  readonly end: number;
  /** Whether the value does not continue on the following lines. */
  readonly isOneLine: boolean;
  /** The quote character of a quoted value. */
  readonly quote: "'" | '"' | undefined;
  readonly line: Line;
}

/**
 * The fields of a simple mapping: strings and lists of strings, as tools write them. Deeper lines below a field
 * belong to it.
 * @throws {TicketIndexError} for a duplicate key.
 */
export function yamlFields(lines: readonly Line[], file: string): Map<string, YamlField> {
  const fields = new Map<string, YamlField>();
  for (const [index, line] of lines.entries()) {
    const found = /^([A-Za-z_][\w-]*):(?:\s+|$)/.exec(line.text);
    if (!found) continue;
    const key = found[1]!;
    const earlier = fields.get(key);
    if (earlier) {
      const problem = `the key ${JSON.stringify(key)} twice, first on line ${earlier.line.number}: keep one of the two`;
      throw new TicketIndexError({
        file,
        code: 'DUPLICATE_KEY',
        problem,
        place: { line: line.number, column: 1 },
      });
    }
    const below = linesBelow(lines, index);
    const written = withoutComment(line.text.slice(found[0].length));
    const start = line.start + found[0].length;
    const quote = /^['"]/.exec(written)?.[0] as YamlField['quote'];
    const isOneLine = below.every((text) => text.trim() === '');
    fields.set(key, {
      value: valueOf(written, below),
      start,
      end: start + written.length,
      isOneLine,
      quote,
      line,
    });
  }
  return fields;
}

function linesBelow(lines: readonly Line[], index: number): string[] {
  const below: string[] = [];
  for (let at = index + 1; at < lines.length && /^(?:\s|- |-$|$)/.test(lines[at]!.text); at++) {
    below.push(lines[at]!.text);
  }
  return below;
}

function valueOf(written: string, below: readonly string[]): YamlField['value'] {
  if (/^[>|][+-]?\d?$/.test(written)) {
    const lines = below.map((line) => line.trim());
    return lines.join(written.startsWith('>') ? ' ' : '\n').trim();
  }
  if (written === '') return listBelow(below);
  if (written.startsWith('[')) return flowList(written + below.map((line) => ` ${line.trim()}`).join(''));
  if (/^[{&*!%@`]/.test(written)) return undefined;
  return scalar([written, ...below.map((line) => line.trim())].join(' ').trim());
}

function listBelow(below: readonly string[]): string[] | undefined {
  const said = below.map((line) => withoutComment(line.trim())).filter((line) => line !== '');
  const items = said.map((line) => /^-(?:\s+(.*))?$/.exec(line)?.[1]);
  if (items.some((item) => item === undefined)) return undefined;
  return items.map((item) => scalar(item!)).filter((item) => item !== undefined);
}

function flowList(written: string): string[] | undefined {
  const whole = /^\[(.*)\]$/.exec(written.trim());
  if (!whole) return undefined;
  const items = whole[1]!.match(/\s*(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|[^,]+)/g) ?? [];
  return items.map((item) => scalar(item.trim())).filter((item) => item !== undefined);
}

function scalar(written: string): string | undefined {
  if (written.startsWith("'")) {
    return /^'(?:[^']|'')*'$/.test(written) ? written.slice(1, -1).replaceAll("''", "'") : undefined;
  }
  if (written.startsWith('"')) {
    try {
      return String(JSON.parse(written));
    } catch {
      return undefined;
    }
  }
  return ['', '~', 'null'].includes(written) ? undefined : written;
}

/** A comment begins with a # after a space, outside quotes. */
function withoutComment(written: string): string {
  const whole = /^(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*"|\[[^\]]*\])(?=\s|$)/.exec(written);
  if (whole) return whole[0];
  // A value that continues on the next lines may contain a #.
  if (/^['"[]/.test(written)) return written.trimEnd();
  const comment = /(?:^|\s)#/.exec(written);
  return (comment ? written.slice(0, comment.index) : written).trimEnd();
}
