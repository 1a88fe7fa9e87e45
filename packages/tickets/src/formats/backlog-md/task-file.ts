import { TicketIndexError } from '../../errors.ts';
import type { TicketIndexErrorCode } from '../../errors.ts';
import { isConflictMarker, linesOf } from '../lines.ts';
import type { Line } from '../lines.ts';
import { yamlFields } from '../yaml-fields.ts';
import type { YamlField } from '../yaml-fields.ts';

/** The file of one task: its front matter, and the lines after it. */
export interface TaskFile {
  readonly file: string;
  readonly id: string;
  readonly fields: ReadonlyMap<string, YamlField>;
  readonly body: readonly Line[];
}

/** Undefined if the file has no front matter. @throws {TicketIndexError} */
export function readTaskFile(text: string, file: string): TaskFile | undefined {
  const lines = linesOf(text);
  const marker = lines.find(isConflictMarker);
  if (marker)
    throw fault('CONFLICT_MARKERS', 'a git conflict marker: resolve the merge first', marker.number);
  if (lines[0]!.text.trimEnd() !== '---') return undefined;
  const end = lines.findIndex(({ text }, index) => index > 0 && text.trimEnd() === '---');
  if (end === -1) throw fault('BAD_FIELD', 'the front matter has no end: close it with ---', 1);
  const fields = yamlFields(lines.slice(1, end), file);
  const id = textOf(fields.get('id'));
  if (id === undefined) throw fault('NO_ID', 'the task has no id: give it one, such as "id: task-12"', 1);
  for (const key of ['status', 'title', 'parent_task_id']) {
    const field = fields.get(key);
    if (field && typeof field.value !== 'string' && field.end > field.start) {
      throw fault('BAD_FIELD', `"${key}" is not text: write it on one line`, field.line.number);
    }
  }
  const status = fields.get('status');
  if (status && !status.isOneLine) throw fault('BAD_FIELD', 'write "status" on one line', status.line.number);
  const dependencies = fields.get('dependencies');
  if (dependencies && typeof dependencies.value !== 'object' && dependencies.end > dependencies.start) {
    throw fault(
      'BAD_FIELD',
      '"dependencies" is not a list: write it as [task-1, task-2]',
      dependencies.line.number,
    );
  }
  return { file, id, fields, body: lines.slice(end + 1) };

  function fault(code: TicketIndexErrorCode, problem: string, line: number): TicketIndexError {
    return new TicketIndexError({ file, code, problem, place: { line, column: 1 } });
  }
}

export function textOf(field: YamlField | undefined): string | undefined {
  return typeof field?.value === 'string' && field.value.trim() !== '' ? field.value.trim() : undefined;
}

export function listOf(field: YamlField | undefined): readonly string[] {
  return typeof field?.value === 'object' ? field.value : [];
}
