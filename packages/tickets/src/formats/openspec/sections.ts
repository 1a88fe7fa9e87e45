import { TicketIndexError } from '../../errors.ts';
import type { Line } from '../lines.ts';
import { markdownLines } from '../markdown-lines.ts';

interface Box {
  readonly mark: string;
  readonly markAt: number;
}

export interface Item extends Box {
  /** As written, such as `1.2`; otherwise derived from its position in the section. */
  readonly number: string;
  readonly text: string;
  /** Check boxes nested below it, which are done together with it. */
  readonly nested: Box[];
  readonly details: string[];
  readonly line: Line;
}

export interface Section {
  /** Numbers that an earlier item already has, with their lines. */
  readonly twice: ReadonlyMap<string, Line>;
  /** As written, such as `1`; otherwise that of its first item, otherwise the words of the heading. */
  readonly number: string;
  readonly title: string;
  readonly items: readonly Item[];
  readonly line: Line;
}

type OpenSection = Section & { readonly items: Item[]; readonly twice: Map<string, Line> };

interface Heading {
  readonly level: number;
  readonly number: string | undefined;
  readonly title: string;
}

/**
 * The sections of a task list: headings with check boxes below them, in order.
 * @throws {TicketIndexError} if two sections have the same number.
 */
export function readSections(text: string, file: string): Section[] {
  const sections: OpenSection[] = [];
  const taken = new Map<string, Line>();
  const items = new Set<string>();
  let heading: Heading = { level: 0, number: undefined, title: '' };
  let section: OpenSection | undefined;
  let above: { readonly indent: number; readonly item: Item } | undefined;
  for (const one of markdownLines(text, file)) {
    const { line } = one;
    if (one.kind === 'heading') {
      above = undefined;
      const next = headingOf(one.level, one.text);
      // A deeper heading without a number only subdivides the current section.
      if (section && next.number === undefined && next.level > heading.level) continue;
      heading = next;
      section = undefined;
      continue;
    }
    const indent = /^\s*/.exec(line.text)![0].length;
    const isBox = one.kind === 'box' && [' ', 'x', 'X'].includes(one.mark);
    if (above && indent > above.indent) {
      above.item.details.push(line.text.slice(above.indent));
      if (isBox) above.item.nested.push({ mark: one.mark, markAt: one.markAt });
    } else if (isBox) {
      if (!section) {
        const number = heading.number ?? /^(?:\*\*)?(\d+)\./.exec(one.text)?.[1] ?? wordsOf(heading.title);
        take(number, line);
        section = { number, title: heading.title, items: [], twice: new Map(), line };
        sections.push(section);
      }
      const named = /^(?:\*\*)?(\d+(?:\.\d+)+|\d+(?=[.)]\s))(?:\*\*)?[.):]?(?:\s+(.*))?$/.exec(one.text);
      const number = named?.[1] ?? `${section.number}.${section.items.length + 1}`;
      if (items.has(number)) section.twice.set(number, line);
      items.add(number);
      const { mark, markAt } = one;
      const item = {
        number,
        text: named ? (named[2] ?? '') : one.text,
        mark,
        markAt,
        nested: [],
        details: [],
        line,
      };
      section.items.push(item);
      above = { indent, item };
    } else if (line.text.trim() !== '') {
      above = undefined;
    }
  }
  return sections;

  function take(number: string, line: Line): void {
    const earlier = taken.get(number);
    if (earlier) {
      const problem = `two sections are ${number}, the first on line ${earlier.number}: give one of the two another number`;
      throw new TicketIndexError({
        file,
        code: 'DUPLICATE_ID',
        problem,
        place: { line: line.number, column: 1 },
      });
    }
    taken.set(number, line);
  }
}

function headingOf(level: number, text: string): Heading {
  const [, number, title] =
    /^(?:(?:phase|step|section|part)\s+)?(\d+(?:\.\d+)*)[.):]?\s+(.*)$/i.exec(text) ?? [];
  return { level, number, title: title ?? text };
}

/** Returns `later-on` for `Later on`. */
function wordsOf(title: string): string {
  const words = title.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['tasks'];
  return words.join('-');
}
