import type { Node } from 'jsonc-parser';

/** The white space around an object's members, for adding another member. */
export interface JsonLayout {
  /** Between the brace and the first member. */
  readonly open: string;
  /** Between two members, including the comma. */
  readonly between: string;
  /** Between the last member and the brace. */
  readonly close: string;
  /** Between a key and its value. */
  readonly colon: string;
}

/** The layout of an object, taken from its members; `undefined` if it has none. */
export function layoutOf(text: string, object: Node): JsonLayout | undefined {
  const members = object.children ?? [];
  const first = members[0];
  const last = members.at(-1);
  const [key, value] = last?.children ?? [];
  if (!first || !last || !key || !value) return undefined;
  const previous = members.at(-2);
  const open = text.slice(object.offset + 1, first.offset);
  const colon = text.slice(end(key), value.offset);
  return {
    open,
    between: previous ? text.slice(end(previous), last.offset) : separator(open, colon),
    close: text.slice(end(last), end(object) - 1),
    colon,
  };
}

/** The text between a list's elements, including the comma. */
export function elementSeparator(text: string, list: Node, layout: JsonLayout): string {
  const [last, previous] = [list.children!.at(-1)!, list.children!.at(-2)];
  if (previous) return text.slice(end(previous), last.offset);
  return separator(text.slice(list.offset + 1, last.offset), layout.colon);
}

function separator(open: string, colon: string): string {
  return open === '' && /\s/.test(colon) ? ', ' : `,${open}`;
}

/** An object in the given layout, each value on a single line. */
export function renderLike(value: object, { open, between, close, colon }: JsonLayout): string {
  const members = Object.entries(value).map(
    ([key, member]) => JSON.stringify(key) + colon + compact(member, colon),
  );
  return `{${open}${members.join(between)}${close}}`;
}

/** Any value as a member of an object with the given layout. It spans several lines if that object does. */
export function renderWithin(value: unknown, layout: JsonLayout): string {
  const { open, close, colon } = layout;
  const lineBreak = /\r\n|\n/.exec(open)?.[0];
  if (lineBreak === undefined) return compact(value, colon);
  const indent = afterLastBreak(open);
  const outer = afterLastBreak(close);
  const unit = indent.length > outer.length && indent.startsWith(outer) ? indent.slice(outer.length) : '  ';
  return JSON.stringify(value, null, unit).replaceAll('\n', lineBreak + indent);
}

/** On one line, with the same spacing as around the colon. Raw line breaks never occur inside JSON strings. */
function compact(value: unknown, colon: string): string {
  if (!/\s/.test(colon)) return JSON.stringify(value);
  return JSON.stringify(value, null, 1).replaceAll(/,\n */g, ', ').replaceAll(/\n */g, '');
}

function afterLastBreak(space: string): string {
  return space.slice(Math.max(space.lastIndexOf('\n'), space.lastIndexOf('\r')) + 1);
}

export function end(node: Node): number {
  return node.offset + node.length;
}
