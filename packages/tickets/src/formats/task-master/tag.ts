import type { Node } from 'jsonc-parser';
import { TicketIndexError } from '../../errors.ts';
import { isRecord, memberOf, parseJson } from '../../json-text.ts';

/** The tag of a list without one. */
const DEFAULT_TAG = 'master';
export const STATE_FILE = '.taskmaster/state.json';

/**
 * The lists of tasks by tag. Supports `{"<tag>": {"tasks": [...]}}`, and the older `{"tasks": [...]}` or a plain
 * list.
 */
function listsIn(tree: Node): Map<string, Node> {
  const lists = new Map<string, Node>();
  if (tree.type === 'array') return lists.set(DEFAULT_TAG, tree);
  for (const { children } of tree.type === 'object' ? (tree.children ?? []) : []) {
    const [key, value] = children ?? [];
    const tasks = value?.type === 'object' ? memberOf(value, 'tasks') : undefined;
    if (tasks?.type === 'array') lists.set(String(key?.value), tasks);
  }
  const untagged = memberOf(tree, 'tasks');
  if (untagged?.type === 'array' && !lists.has(DEFAULT_TAG)) lists.set(DEFAULT_TAG, untagged);
  return lists;
}

/**
 * The list of the requested tag, otherwise of Task Master's current tag, otherwise of `master`, otherwise the only
 * one.
 * @throws {TicketIndexError} with the available tags.
 */
export function listOf(
  tree: Node,
  asked: string | undefined,
  state: string | undefined,
  file: string,
): { readonly tag: string; readonly list: Node } {
  const lists = listsIn(tree);
  if (lists.size === 0) {
    const problem = 'no "tasks": expected {"master": {"tasks": [...]}}';
    throw new TicketIndexError({ file, code: 'NOT_AN_INDEX', problem, place: { line: 1, column: 1 } });
  }
  const current = asked ?? currentTag(state);
  const only = lists.size === 1 ? [...lists.keys()][0]! : DEFAULT_TAG;
  const tag = current ?? (lists.has(DEFAULT_TAG) ? DEFAULT_TAG : only);
  const list = lists.get(tag);
  if (list) return { tag, list };
  const wrong =
    current === undefined
      ? 'several tags and no current one'
      : `no tag ${JSON.stringify(current)}${asked === undefined ? `, which ${STATE_FILE} names` : ''}`;
  const known = [...lists.keys()].map((tag) => JSON.stringify(tag)).join(', ');
  throw new TicketIndexError({ file, code: 'UNKNOWN_TAG', problem: `${wrong}: give one of ${known}` });
}

function currentTag(state: string | undefined): string | undefined {
  if (state === undefined || state.trim() === '') return undefined;
  const parsed = parseJson(state, STATE_FILE);
  const tag = isRecord(parsed) ? parsed['currentTag'] : undefined;
  return typeof tag === 'string' && tag !== '' ? tag : undefined;
}
