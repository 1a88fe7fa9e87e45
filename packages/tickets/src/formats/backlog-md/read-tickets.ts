import { TicketIndexError } from '../../errors.ts';
import type { Ticket, TicketPriority } from '../../ticket.ts';
import { foreignTicket } from '../foreign-ticket.ts';
import type { ForeignBacklog } from '../format.ts';
import { lookedUp } from '../looked-up.ts';
import { shownId } from '../shown-id.ts';
import { readBody } from './body.ts';
import { PRIORITIES } from './statuses.ts';
import type { Statuses } from './statuses.ts';
import { listOf, readTaskFile, textOf } from './task-file.ts';
import type { TaskFile } from './task-file.ts';

/** @throws {TicketIndexError} */
export function readTickets(
  files: readonly (readonly [string, string])[],
  { stateOf }: Statuses,
): Pick<ForeignBacklog, 'tickets' | 'warnings' | 'fileOf'> {
  const warnings = new Set<string>();
  // Ids ignore case, as in Backlog.md itself.
  const tasks = new Map<string, TaskFile>();
  for (const [file, text] of files.toSorted(([a], [b]) => (rank(a) + a < rank(b) + b ? -1 : 1))) {
    const task = readTaskFile(text, file);
    if (!task) {
      warnings.add(`${file} has no front matter: not read`);
      continue;
    }
    const key = task.id.toLowerCase();
    const earlier = tasks.get(key);
    if (earlier && rank(file) === rank(earlier.file)) {
      const problem = `duplicate id ${JSON.stringify(task.id)}, which ${earlier.file} has as well: give one of the two another id`;
      const place = { line: task.fields.get('id')!.line.number, column: 1 };
      throw new TicketIndexError({ file, code: 'DUPLICATE_ID', problem, place, ticket: task.id });
    }
    if (earlier) warnings.add(`${file} is not read: ${earlier.file} has its id as well`);
    else tasks.set(key, task);
  }
  const inOrder = [...tasks.values()].toSorted(
    (a, b) => ordinalOf(a) - ordinalOf(b) || compareIds(a.id, b.id),
  );
  const parents = new Map(inOrder.map((task) => [task.id, parentOf(task)]));
  const children = new Map<string, string[]>(inOrder.map(({ id }) => [id, []]));
  for (const [id, parent] of parents) if (parent !== undefined) children.get(parent)!.push(id);
  const tickets = inOrder.map(ticketOf);
  return { tickets, warnings: [...warnings], fileOf: new Map(inOrder.map(({ id, file }) => [id, file])) };

  /** `TASK-12`, `task-12` and `12` are one id. So is `old-12`, if the prefix has since changed. */
  function find({ id }: TaskFile, named: string): TaskFile | undefined {
    const prefix = id.slice(0, id.length - numberIn(id).length).toLowerCase();
    return tasks.get(named.toLowerCase()) ?? tasks.get(prefix + numberIn(named).toLowerCase());
  }

  function parentOf(task: TaskFile): string | undefined {
    const named = textOf(task.fields.get('parent_task_id'));
    if (named === undefined) return undefined;
    const parent = find(task, named);
    if (parent === task) warnings.add(`${shownId(task.id)} is its own parent: ignored`);
    if (!parent)
      warnings.add(`${shownId(task.id)} is in ${JSON.stringify(named)}, which does not exist: ignored`);
    return parent === task ? undefined : parent?.id;
  }

  function dependenciesOf(task: TaskFile): string[] {
    const found = listOf(task.fields.get('dependencies')).flatMap((named) => {
      const target = find(task, named);
      if (!target)
        warnings.add(`${shownId(task.id)} waits for ${JSON.stringify(named)}, which does not exist: ignored`);
      return target ? [target.id] : [];
    });
    return [...new Set(found)];
  }

  function ticketOf(task: TaskFile): Ticket {
    const { id, file, fields, body } = task;
    const status = textOf(fields.get('status'));
    const state = status === undefined ? 'UNPROCESSED' : stateOf(status);
    if (!state)
      warnings.add(
        `${shownId(id)} has the status ${JSON.stringify(status)}, which the configuration does not name: not run`,
      );
    const priority = textOf(fields.get('priority'))?.toLowerCase();
    return foreignTicket(
      {
        id,
        title: textOf(fields.get('title')),
        state: state ?? 'DEFERRED',
        type: textOf(fields.get('type')),
        priority: priority === undefined ? undefined : lookedUp<TicketPriority>(PRIORITIES, priority),
        dependencies: dependenciesOf(task),
        parent: parents.get(id),
        children: children.get(id)!,
        ...readBody(body),
        labels: listOf(fields.get('labels')),
      },
      file,
      () => ({ line: fields.get('id')!.line.number, column: 1 }),
    );
  }
}

/** Files in the folder of tasks come before those moved to the completed ones. */
function rank(file: string): number {
  return file.startsWith('backlog/tasks/') ? 0 : 1;
}

function ordinalOf({ fields }: TaskFile): number {
  const ordinal = Number(textOf(fields.get('ordinal')) ?? Number.NaN);
  return Number.isNaN(ordinal) ? Number.MAX_VALUE : ordinal;
}

function compareIds(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}

/** Returns `12.01` for `task-12.01`. */
function numberIn(id: string): string {
  return id.slice(id.lastIndexOf('-') + 1);
}
