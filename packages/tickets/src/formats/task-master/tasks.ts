import type { Node } from 'jsonc-parser';
import { TicketIndexError } from '../../errors.ts';
import type { TicketIndexErrorCode } from '../../errors.ts';
import { memberOf, placeAt } from '../../json-text.ts';
import type { TicketState } from '../../needed-fields.ts';
import { stringIn } from '../json-tree.ts';
import { lookedUp } from '../looked-up.ts';
import { STATES } from './statuses.ts';

export interface Task {
  readonly node: Node;
  /** As written: 3.10 is not 3.1. Subtasks may have none. */
  readonly id: string | undefined;
  readonly state: TicketState;
  readonly isCancelled: boolean;
  /** As written. */
  readonly dependencies: readonly string[];
  readonly subtasks: readonly Task[];
}

/** @throws {TicketIndexError} with the place of the fault. */
export function readTasks(list: Node, text: string, file: string): (Task & { readonly id: string })[] {
  const ids = new Map<string, Node>();
  return (list.children ?? []).map((node) => {
    const task = readTask(node, text, file, 0);
    const { id } = task;
    if (id === undefined) throw fault(node, 'NO_ID', 'a task has no id: give it one, such as 12');
    const earlier = ids.get(id);
    if (earlier) {
      const { line } = placeAt(text, earlier.offset);
      const problem = `duplicate id ${JSON.stringify(id)}, first on line ${line}: give one of the two another id`;
      throw fault(memberOf(node, 'id')!, 'DUPLICATE_ID', problem);
    }
    ids.set(id, memberOf(node, 'id')!);
    return { ...task, id };
  });

  function fault(node: Node, code: TicketIndexErrorCode, problem: string): TicketIndexError {
    return new TicketIndexError({ file, code, problem, place: placeAt(text, node.offset) });
  }
}

/** Task Master only has one level of subtasks. */
function readTask(node: Node, text: string, file: string, depth: number): Task {
  const name = idText(memberOf(node, 'id'), text);
  if (node.type !== 'object') throw bad(node, 'not a task: replace it with an object');
  const of = name === undefined ? 'a task' : `task ${JSON.stringify(name)}`;
  const dependencies = elements('dependencies').map((item) => {
    const id = idText(item, text);
    if (id === undefined)
      throw bad(item, `${of} has a dependency that is not an id: write one such as 12 or "12.3"`);
    return id;
  });
  const subtasks = depth > 0 ? [] : elements('subtasks').map((item) => readTask(item, text, file, depth + 1));
  const status = memberOf(node, 'status');
  const isCancelled = status?.value === 'cancelled';
  return { node, id: name, state: stateOf(status), isCancelled, dependencies, subtasks };

  function elements(key: string): Node[] {
    const value = memberOf(node, key);
    if (!value || value.type === 'null') return [];
    if (value.type !== 'array') throw bad(value, `${of} has "${key}" that is not a list: make it one`);
    return value.children ?? [];
  }

  function stateOf(status: Node | undefined): TicketState {
    // The default of Task Master.
    if (!status || status.type === 'null' || status.value === '') return 'UNPROCESSED';
    const state = status.type === 'string' ? lookedUp<TicketState>(STATES, String(status.value)) : undefined;
    if (state) return state;
    const found = text.slice(status.offset, status.offset + Math.min(status.length, 60));
    const problem = `${of} has the unknown status ${oneLine(found)}: set it to one of ${Object.keys(STATES).join(', ')}`;
    throw bad(status, problem, 'BAD_STATE');
  }

  function bad(at: Node, problem: string, code: TicketIndexErrorCode = 'BAD_FIELD'): TicketIndexError {
    return new TicketIndexError({ file, code, problem, place: placeAt(text, at.offset), ticket: name });
  }
}

function idText(node: Node | undefined, text: string): string | undefined {
  if (node?.type === 'number') return text.slice(node.offset, node.offset + node.length);
  return stringIn(node)?.trim();
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
