import { TicketIndexError } from '../../errors.ts';
import { placeAt } from '../../json-text.ts';
import type { Ticket } from '../../ticket.ts';
import { foreignTicket, paragraphs } from '../foreign-ticket.ts';
import type { ForeignTicket } from '../foreign-ticket.ts';
import { shownId } from '../shown-id.ts';
import { proseOf, withSteps } from './prose.ts';
import { referencesIn } from './references.ts';
import type { Target } from './references.ts';
import { stepCycle } from './step-cycle.ts';
import type { Task } from './tasks.ts';

type NamedTask = Target['task'];

/**
 * Whether a task is a container and its subtasks are tickets: both the task and a subtask still have to be done. A
 * deferred subtask counts, so the task does not become a ticket when a run defers its last subtask.
 */
export function isExpanded({ state, subtasks }: Task, unit: string): boolean {
  return unit === 'subtask' && isOpen(state) && subtasks.some(isLeft);
}

/** A container does not wait for cancelled subtasks. */
function isLeft({ state, isCancelled }: Task): boolean {
  return state !== 'COMPLETED' && !isCancelled;
}

export function isOpen(state: Task['state']): boolean {
  return state === 'UNPROCESSED' || state === 'IN_PROGRESS';
}

/** @throws {TicketIndexError} for subtasks that become tickets and have no id of their own. */
export function readTickets(
  tasks: readonly NamedTask[],
  unit: string,
  text: string,
  file: string,
): { readonly tickets: Ticket[]; readonly warnings: string[] } {
  const references = referencesIn(tasks);
  const known = new Set(tasks.map(({ id }) => id));
  const warnings = new Set<string>();
  const tickets = tasks.flatMap((task) => [ticketOf(task), ...subtickets(task)]);
  return { tickets, warnings: [...warnings] };

  function ticketOf(task: NamedTask): Ticket {
    const prose = proseOf(task);
    const waitsFor = new Set(
      task.dependencies.flatMap((word) => named(task.id, word, references.ofTask(word), task)),
    );
    if (isExpanded(task, unit)) {
      const children = task.subtasks.filter((one) => !one.isCancelled).map((one) => subId(task, one));
      return put(task, { ...prose, id: task.id, state: task.state, dependencies: [...waitsFor], children });
    }
    for (const id of waitsOfSteps(task)) waitsFor.add(id);
    const description = withSteps(task, prose.description);
    return put(task, { ...prose, id: task.id, state: task.state, dependencies: [...waitsFor], description });
  }

  function subtickets(task: NamedTask): Ticket[] {
    if (!isExpanded(task, unit)) return [];
    const { title, description } = proseOf(task);
    return task.subtasks.map((subtask) => {
      const id = subId(task, subtask);
      if (known.has(id))
        throw fault(subtask, `duplicate id ${JSON.stringify(id)}: give one of the two another id`);
      known.add(id);
      const prose = proseOf(subtask);
      const dependencies = subtask.dependencies.flatMap((word) =>
        named(id, word, references.ofSubtask(word, task), task),
      );
      return put(subtask, {
        ...prose,
        id,
        state: subtask.state,
        component: task.id,
        priority: prose.priority ?? proseOf(task).priority,
        dependencies: [...new Set(dependencies)],
        parent: subtask.isCancelled ? undefined : task.id,
        description: paragraphs(prose.description, `Part of task ${task.id}: ${title ?? ''}`, description),
      });
    });
  }

  /** What the open steps wait for outside the task. */
  function waitsOfSteps(task: NamedTask): string[] {
    const cycle = stepCycle(task, references);
    if (cycle)
      warnings.add(`the subtasks ${[...cycle, cycle[0]!].map(shownId).join(' -> ')} wait for each other`);
    const ids = task.subtasks.map(({ id }) => id).filter((id) => id !== undefined);
    const twice = ids.find((id, index) => ids.indexOf(id) !== index);
    if (twice !== undefined)
      warnings.add(`task ${shownId(task.id)} has two subtasks ${JSON.stringify(twice)}`);
    return task.subtasks.flatMap((step, index) => {
      const name = `${task.id}.${step.id ?? index + 1}`;
      const found = step.dependencies.flatMap((word) => {
        const target = references.ofSubtask(word, task);
        return target?.task === task && target.subtask ? [] : named(name, word, target, task);
      });
      return isOpen(task.state) && isOpen(step.state) ? found : [];
    });
  }

  /** The id of the ticket to wait for, as a list; empty if there is none. */
  function named(waiting: string, word: string, target: Target | undefined, task: NamedTask): string[] {
    if (!target) {
      warnings.add(`${shownId(waiting)} waits for ${JSON.stringify(word)}, which does not exist: ignored`);
      return [];
    }
    if (target.task === task && waiting !== task.id && !target.subtask) {
      warnings.add(`${shownId(waiting)} waits for ${shownId(task.id)}, which it is part of: ignored`);
      return [];
    }
    // A task always waits for its own subtasks.
    if (target.task === task && waiting === task.id && target.subtask) return [];
    if (!target.subtask) return [target.task.id];
    if (isExpanded(target.task, unit)) return [subId(target.task, target.subtask)];
    return target.subtask.state === 'COMPLETED' ? [] : [target.task.id];
  }

  function subId(task: NamedTask, subtask: Task): string {
    if (subtask.id === undefined)
      throw fault(subtask, `a subtask of ${shownId(task.id)} has no id: give it one, such as 3`);
    return `${task.id}.${subtask.id}`;
  }

  function put({ node }: Task, fields: ForeignTicket): Ticket {
    return foreignTicket(fields, file, () => placeAt(text, node.offset));
  }

  function fault({ node, id }: Task, problem: string): TicketIndexError {
    const code = id === undefined ? 'NO_ID' : 'DUPLICATE_ID';
    return new TicketIndexError({ file, code, problem, place: placeAt(text, node.offset) });
  }
}
