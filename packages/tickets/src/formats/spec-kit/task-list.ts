import { TicketIndexError } from '../../errors.ts';
import type { Line } from '../lines.ts';
import { markdownLines } from '../markdown-lines.ts';
import { statedDependencies } from './stated-dependencies.ts';

export interface ListedTask {
  /** Without its feature: `T014`. */
  readonly id: string;
  readonly mark: string;
  readonly markAt: number;
  readonly isParallel: boolean;
  /** `US1`, if the line has one. */
  readonly story: string | undefined;
  readonly title: string;
  /** The deeper lines below it. */
  readonly details: readonly string[];
  readonly phase: Phase;
  readonly line: Line;
}

interface Phase {
  /** The heading; empty before the first one. */
  readonly title: string;
}

export interface TaskList {
  readonly tasks: readonly ListedTask[];
  /** Dependencies stated in the text: [task, dependency]. The ids may not exist. */
  readonly stated: readonly (readonly [string, string])[];
  /** Numbers of lines with a check box that have no id and do not belong to a task. */
  readonly unnamed: readonly number[];
}

const TASK = /^(?:\*\*)?(T\d+[A-Za-z]?)(?:\*\*)?[:.]?(?:\s+(.*))?$/;
/** `Phase 3: ...` and `Phase 3.1: ...`, but not `Phase Dependencies`. */
const PHASE = /^Phase\s+(?:\d+(?:\.\d+)*|N)\b/i;

/** @throws {TicketIndexError} for an id that two tasks have. */
export function readTaskList(text: string, file: string): TaskList {
  const tasks: (ListedTask & { readonly details: string[] })[] = [];
  const known = new Map<string, ListedTask>();
  const stated: (readonly [string, string])[] = [];
  const unnamed: number[] = [];
  let phase: Phase = { title: '' };
  /** The level of the heading, while inside a section about dependencies. */
  let inDependencies: number | undefined;
  let above: { readonly id: string; readonly indent: number; readonly details: string[] } | undefined;
  for (const one of markdownLines(text, file)) {
    if (one.kind === 'heading') {
      above = undefined;
      if (PHASE.test(one.text) && one.level <= 3) phase = { title: one.text };
      if (inDependencies !== undefined && one.level <= inDependencies) inDependencies = undefined;
      if (/dependenc/i.test(one.text)) inDependencies ??= one.level;
      continue;
    }
    const named = one.kind === 'box' ? TASK.exec(one.text) : null;
    if (one.kind === 'box' && named) {
      const [, id = '', rest = ''] = named;
      const { line, mark, markAt, indent } = one;
      const earlier = known.get(id);
      if (earlier) {
        const problem = `duplicate id ${JSON.stringify(id)}, first on line ${earlier.line.number}: give one of the two another id`;
        const place = { line: line.number, column: 1 };
        throw new TicketIndexError({ file, code: 'DUPLICATE_ID', problem, place, ticket: id });
      }
      const details: string[] = [];
      const task = { id, mark, markAt, ...labelsOf(rest), details, phase, line };
      above = { id, indent, details };
      known.set(id, task);
      tasks.push(task);
      stated.push(...statedDependencies(one.text, id));
      continue;
    }
    const indent = /^\s*/.exec(one.line.text)![0].length;
    if (above && indent > above.indent) {
      above.details.push(one.line.text.trim());
      stated.push(...statedDependencies(one.line.text, above.id));
      continue;
    }
    if (one.line.text.trim() !== '') {
      above = undefined;
      if (one.kind === 'box') unnamed.push(one.line.number);
    }
    if (inDependencies !== undefined) stated.push(...statedDependencies(one.line.text));
  }
  return { tasks, stated, unnamed };
}

function labelsOf(text: string): Pick<ListedTask, 'isParallel' | 'story' | 'title'> {
  let rest = text;
  let isParallel = false;
  let story: string | undefined;
  for (let label = /^\[(P|US\d+)\]\s*/i.exec(rest); label; label = /^\[(P|US\d+)\]\s*/i.exec(rest)) {
    const word = label[1]!.toUpperCase();
    if (word === 'P') isParallel = true;
    else story = word;
    rest = rest.slice(label[0].length);
  }
  return { isParallel, story, title: rest };
}
