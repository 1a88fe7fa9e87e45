import { TicketIndexError } from '../../errors.ts';
import { applyEdits } from '../../json-edit.ts';
import type { BacklogFormat } from '../format.ts';
import { unitOf } from '../unit.ts';
import { readTickets } from './read-tickets.ts';
import { CONFIG, statusesIn } from './statuses.ts';
import { doneEdits } from './task-edits.ts';
import { readTaskFile } from './task-file.ts';

const TASK_FILE = /^backlog\/(?:tasks|completed)\/[^/]+\.md$/;

/** Backlog.md: a Markdown file for each task. */
export const backlogMd: BacklogFormat = {
  name: 'backlog-md',
  files: [CONFIG, 'backlog/tasks/*.md', 'backlog/completed/*.md'],
  foundBy: [CONFIG],
  units: ['task'],

  read(texts, options) {
    unitOf(backlogMd, options, CONFIG);
    const files = [...texts].filter(([path]) => TASK_FILE.test(path));
    if (files.length === 0 && !texts.has(CONFIG)) {
      const problem = 'not there: make it with `backlog init`';
      throw new TicketIndexError({ file: CONFIG, code: 'NOT_FOUND', problem });
    }
    return { ...readTickets(files, statusesIn(texts)), implied: [], options: {} };
  },

  edit(path, text, changes, _options, texts) {
    if (!TASK_FILE.test(path) || changes.length === 0) return text;
    const task = readTaskFile(text, path);
    const change = changes.findLast(({ id, state }) => id === task?.id && state !== undefined);
    if (!task || change?.state !== 'COMPLETED') return text;
    return applyEdits(text, doneEdits(task, text, statusesIn(texts), change.at));
  },
};
