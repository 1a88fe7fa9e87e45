import type { Node } from 'jsonc-parser';
import { TicketIndexError } from '../errors.ts';
import { parseJson, parseSyntax, placeAt } from '../json-text.ts';

/**
 * The syntax tree of a text. Rejects duplicate keys, because tools differ in which of the two they use.
 * @throws {TicketIndexError}
 */
export function readJsonTree(text: string, file: string): Node {
  if (text.trim() === '') {
    const problem = 'the file is empty: restore it';
    throw new TicketIndexError({ file, code: 'NOT_JSON', problem, place: { line: 1, column: 1 } });
  }
  parseJson(text, file);
  const tree = parseDeeply(text, file);
  const rest = [tree];
  for (let node = rest.pop(); node; node = rest.pop()) {
    if (node.type === 'object') checkKeys(node, text, file);
    for (const child of node.children ?? []) if (child.children) rest.push(child);
  }
  return tree;
}

function parseDeeply(text: string, file: string): Node {
  try {
    return parseSyntax(text);
  } catch (cause) {
    // JSON.parse handles any depth, the syntax parser does not.
    if (!(cause instanceof RangeError)) throw cause;
    const problem = 'nested too deeply: is this the right file?';
    throw new TicketIndexError({ file, code: 'NOT_JSON', problem, cause });
  }
}

function checkKeys(object: Node, text: string, file: string): void {
  const offsets = new Map<unknown, number>();
  for (const { children } of object.children ?? []) {
    const key = children?.[0];
    if (!key) continue;
    const earlier = offsets.get(key.value);
    if (earlier !== undefined) {
      const { line } = placeAt(text, earlier);
      const problem = `the key ${JSON.stringify(key.value)} twice, first on line ${line}: keep one of the two`;
      throw new TicketIndexError({ file, code: 'DUPLICATE_KEY', problem, place: placeAt(text, key.offset) });
    }
    offsets.set(key.value, key.offset);
  }
}

/** The value of a non-empty string. */
export function stringIn(node: Node | undefined): string | undefined {
  return node?.type === 'string' && String(node.value).trim() !== '' ? String(node.value) : undefined;
}
