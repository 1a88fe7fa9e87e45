import type { Node } from 'jsonc-parser';
import { end, renderWithin } from './json-layout.ts';
import type { JsonLayout } from './json-layout.ts';
import { memberOf } from './json-text.ts';

/** A range of a text, and its replacement. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly content: string;
}

/** Applies edits of ranges that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let done = 0;
  for (const { offset, length, content } of edits.toSorted((a, b) => a.offset - b.offset)) {
    result += text.slice(done, offset) + content;
    done = offset + length;
  }
  return result + text.slice(done);
}

/** Sets a member in place, or adds it as the last one in the object's layout. */
export function setMember(object: Node, layout: JsonLayout, key: string, value: unknown): TextEdit {
  const known = memberOf(object, key);
  const content = renderWithin(value, layout);
  if (known) return replaceNode(known, content);
  const member = layout.between + JSON.stringify(key) + layout.colon + content;
  return { offset: end(object.children!.at(-1)!), length: 0, content: member };
}

export function replaceNode({ offset, length }: Node, content: string): TextEdit {
  return { offset, length, content };
}
