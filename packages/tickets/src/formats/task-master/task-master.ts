import type { Node } from 'jsonc-parser';
import { TicketIndexError } from '../../errors.ts';
import { applyEdits } from '../../json-edit.ts';
import type { TextEdit } from '../../json-edit.ts';
import type { BacklogFormat, FormatOptions } from '../format.ts';
import { readJsonTree } from '../json-tree.ts';
import { unitOf } from '../unit.ts';
import { readTickets } from './read-tickets.ts';
import { statusEdits } from './status-edits.ts';
import { listOf, STATE_FILE } from './tag.ts';
import { readTasks } from './tasks.ts';

const TASK_FILES = ['.taskmaster/tasks/tasks.json', 'tasks/tasks.json'];

/** Task Master: one file with a list of tasks for each tag. One list is read. */
export const taskMaster: BacklogFormat = {
  name: 'task-master',
  files: [...TASK_FILES, STATE_FILE],
  foundBy: TASK_FILES,
  units: ['task', 'subtask'],

  read(texts, options) {
    const file = TASK_FILES.find((path) => texts.has(path));
    if (file === undefined) {
      const problem = 'not there: make it with `task-master parse-prd`';
      throw new TicketIndexError({ file: TASK_FILES[0]!, code: 'NOT_FOUND', problem });
    }
    const text = texts.get(file)!;
    const unit = unitOf(taskMaster, options, file);
    const { tag, tasks } = tasksOf(text, file, options, texts);
    const { tickets, warnings } = readTickets(tasks, unit, text, file);
    const others = TASK_FILES.filter((path) => path !== file && texts.has(path));
    return {
      tickets,
      warnings: [...others.map((path) => `${path} is not read: ${file} is there as well`), ...warnings],
      implied: [],
      options: { tag, unit },
      fileOf: new Map(tickets.map(({ id }) => [id, file])),
    };
  },

  edit(path, text, changes, options, texts) {
    if (path !== TASK_FILES.find((known) => known === path || texts.has(known))) return text;
    const unit = unitOf(taskMaster, options, path);
    const edits = new Map<Node, TextEdit>();
    const { tasks } = tasksOf(text, path, options, texts);
    for (const change of changes)
      for (const edit of statusEdits(tasks, unit, change, text)) edits.set(...edit);
    return applyEdits(text, [...edits.values()]);
  },
};

function tasksOf(
  text: string,
  file: string,
  { tag: asked }: FormatOptions,
  texts: ReadonlyMap<string, string>,
): { readonly tag: string; readonly tasks: ReturnType<typeof readTasks> } {
  const { tag, list } = listOf(readJsonTree(text, file), asked, texts.get(STATE_FILE), file);
  return { tag, tasks: readTasks(list, text, file) };
}
