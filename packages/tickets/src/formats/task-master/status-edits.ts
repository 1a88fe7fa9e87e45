import type { Node } from 'jsonc-parser';
import type { TicketChange } from '../../edit.ts';
import { setMember } from '../../json-edit.ts';
import type { TextEdit } from '../../json-edit.ts';
import { layoutOf } from '../../json-layout.ts';
import { memberOf } from '../../json-text.ts';
import { isExpanded, isOpen } from './read-tickets.ts';
import type { Target } from './references.ts';
import { WRITTEN } from './statuses.ts';
import type { Task } from './tasks.ts';

/** Of several changes of one ticket the last counts. Open steps are done together with their task. */
export function* statusEdits(
  tasks: readonly Target['task'][],
  unit: string,
  { id, state }: TicketChange,
  text: string,
): Generator<[Node, TextEdit]> {
  if (state !== 'COMPLETED' && state !== 'DEFERRED') return;
  for (const task of tasks) {
    const tickets: Task[] = [];
    if (task.id === id) tickets.push(task);
    if (isExpanded(task, unit)) tickets.push(...task.subtasks.filter((one) => `${task.id}.${one.id}` === id));
    else if (task.id === id && state === 'COMPLETED' && task.state !== state) {
      tickets.push(...task.subtasks.filter((one) => isOpen(one.state) && memberOf(one.node, 'status')));
    }
    for (const { node, state: known } of tickets) {
      if (known !== state) yield [node, setMember(node, layoutOf(text, node)!, 'status', WRITTEN[state])];
    }
  }
}
