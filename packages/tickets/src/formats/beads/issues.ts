import { TicketIndexError } from '../../errors.ts';
import type { TicketIndexErrorCode } from '../../errors.ts';
import { isRecord, parseJson } from '../../json-text.ts';
import { isConflictMarker, linesOf } from '../lines.ts';
import type { Line } from '../lines.ts';

export interface Issue {
  readonly id: string;
  readonly status: string;
  readonly line: Line;
  /** As parsed. */
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface Issues {
  /** Including tombstones. */
  readonly byId: ReadonlyMap<string, Issue>;
  /** Ids on several lines. The line updated last counts; among equals, the last line. */
  readonly twice: ReadonlySet<string>;
}

/** @throws {TicketIndexError} with the place of a line that is not an issue. */
export function readIssues(text: string, file: string): Issues {
  const byId = new Map<string, Issue>();
  const twice = new Set<string>();
  for (const line of linesOf(text)) {
    const issue = readLine(line, file);
    if (!issue) continue;
    const known = byId.get(issue.id);
    if (known) twice.add(issue.id);
    if (!known || updated(issue) >= updated(known)) byId.set(issue.id, issue);
  }
  return { byId, twice };
}

/** In milliseconds. */
function updated({ fields }: Issue): number {
  const at = fields['updated_at'];
  const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
  return Number.isNaN(time) ? -Infinity : time;
}

/** Undefined if the line is not an issue: empty, a header, or a record of another kind. */
function readLine(line: Line, file: string): Issue | undefined {
  if (line.text.trim() === '') return undefined;
  if (isConflictMarker(line))
    throw fault('CONFLICT_MARKERS', 'a git conflict marker: resolve the merge first');
  const fields = parseLine(line, file);
  if (!isRecord(fields)) throw fault('NOT_AN_INDEX', 'not an issue: expected an object on each line');
  const { _schema: schema, _type: type, id, status } = fields;
  if (schema !== undefined || (type !== undefined && type !== 'issue')) return undefined;
  if (typeof id !== 'string' || id.trim() === '')
    throw fault('NO_ID', 'an issue has no id: give it one, such as "bd-12"');
  if (typeof status !== 'string' && status !== undefined && status !== null) {
    throw fault(
      'BAD_STATE',
      `the issue ${JSON.stringify(id)} has a status that is not text: set it to "open"`,
    );
  }
  return { id, status: status ?? 'open', line, fields };

  function fault(code: TicketIndexErrorCode, problem: string): TicketIndexError {
    return new TicketIndexError({ file, code, problem, place: { line: line.number, column: 1 } });
  }
}

function parseLine({ number, text }: Line, file: string): unknown {
  try {
    return parseJson(text, file);
  } catch (cause) {
    if (!(cause instanceof TicketIndexError)) throw cause;
    const { code, problem, column = 1 } = cause;
    throw new TicketIndexError({ file, code, problem, place: { line: number, column }, cause });
  }
}
