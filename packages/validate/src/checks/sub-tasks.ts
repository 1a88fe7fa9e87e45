import { findingOf, inQuotes } from '../finding.ts';
import type { Finding } from '../finding.ts';
import { isRecord } from '../index-under-test.ts';
import type { Entry, IndexUnderTest } from '../index-under-test.ts';

const MEMBERS = ['id', 'type', 'description'];

/** Section 13: sub-tasks must say what they are. */
export function checkSubTasks({ entries }: IndexUnderTest): Finding[] {
  const problems = entries.flatMap((entry) =>
    faultsOf(entry).map((fault) => ({ ticket: entry.label, text: fault })),
  );
  return findingOf('sub-tasks.members', 'warn', problems, 'an agent may not know what is meant');
}

function faultsOf({ label, raw: { tasks } }: Entry): string[] {
  if (tasks === undefined || tasks === null) return [];
  if (!Array.isArray(tasks)) return [`${inQuotes(label)} has "tasks" that are not a list`];
  return tasks.flatMap((task: unknown, index) => {
    if (!isRecord(task)) return `sub-task ${index + 1} of ${inQuotes(label)} is not an object`;
    const missing = MEMBERS.filter(
      (member) => task[member] === undefined || task[member] === null || task[member] === '',
    );
    return missing.length > 0
      ? `sub-task ${index + 1} of ${inQuotes(label)} has no ${missing.join(', ')}`
      : [];
  });
}
