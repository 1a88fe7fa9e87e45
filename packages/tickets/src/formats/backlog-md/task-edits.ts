import type { TextEdit } from '../../json-edit.ts';
import type { YamlField } from '../yaml-fields.ts';
import type { Statuses } from './statuses.ts';
import { textOf } from './task-file.ts';
import type { TaskFile } from './task-file.ts';

/** Edits that mark a task as done, with the quotes it had. Its check boxes stay. */
export function doneEdits(
  { fields }: TaskFile,
  text: string,
  { done, stateOf }: Statuses,
  at: string,
): TextEdit[] {
  const status = fields.get('status');
  const known = textOf(status);
  if (known !== undefined && stateOf(known) === 'COMPLETED') return [];
  const edits = status ? [replace(status, done, text)] : [insertStatus(fields.get('id')!, done, text)];
  const updated = fields.get('updated_date');
  const date = updated && dateLike(textOf(updated), at);
  return date === undefined || date === textOf(updated) ? edits : [...edits, replace(updated!, date, text)];
}

/** A field without a value keeps its distance to the colon and to a comment. */
function replace({ start, end, quote }: YamlField, value: string, text: string): TextEdit {
  const before = start === end && text[start - 1] === ':' ? ' ' : '';
  const after = start === end && text[start] === '#' ? ' ' : '';
  return { offset: start, length: end - start, content: before + written(value, quote) + after };
}

function insertStatus({ line }: YamlField, value: string, text: string): TextEdit {
  const offset = line.start + line.text.length;
  const lineBreak = /^(?:\r\n|\n|\r)/.exec(text.slice(offset, offset + 2))?.[0] ?? '\n';
  return { offset, length: 0, content: `${lineBreak}status: ${written(value, undefined)}` };
}

function written(value: string, quote: YamlField['quote']): string {
  if (quote === '"') return JSON.stringify(value);
  const isDate = /^\d{4}-\d\d-\d\d(?:[ T][\d:.]+Z?)?$/.test(value);
  const isWord =
    /^\p{L}[\p{L}\p{N} _-]*$/u.test(value) && !/^(?:true|false|null|yes|no|on|off)$/i.test(value);
  return quote === undefined && (isDate || isWord) ? value : `'${value.replaceAll("'", "''")}'`;
}

/** The time in the format of the existing value, which is also UTC. */
function dateLike(known: string | undefined, at: string): string | undefined {
  const time = new Date(at);
  if (known === undefined || Number.isNaN(time.getTime())) return undefined;
  const iso = time.toISOString();
  if (/^\d{4}-\d\d-\d\d$/.test(known)) return iso.slice(0, 10);
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d$/.test(known)) return iso.slice(0, 16).replace('T', ' ');
  return /^\d{4}-\d\d-\d\dT/.test(known) ? at : undefined;
}
