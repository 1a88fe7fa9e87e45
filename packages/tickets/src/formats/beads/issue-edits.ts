import type { TicketChange } from '../../edit.ts';
import { setMember } from '../../json-edit.ts';
import type { TextEdit } from '../../json-edit.ts';
import { layoutOf } from '../../json-layout.ts';
import { parseSyntax } from '../../json-text.ts';
import type { Issue } from './issues.ts';
import { stateOf } from './issue-state.ts';
import { WRITTEN } from './statuses.ts';

const REASON = 'Completed';

/** Edits of an issue's line, with the same result as `bd close` and `bd defer`. */
export function issueEdits(issue: Issue, { state, at }: TicketChange): TextEdit[] {
  if ((state !== 'COMPLETED' && state !== 'DEFERRED') || stateOf(issue) === state) return [];
  const { line, fields } = issue;
  const node = parseSyntax(line.text);
  const layout = layoutOf(line.text, node)!;
  const members: [string, string][] = [['status', WRITTEN[state]]];
  // A later time stays: of several lines for an issue, the one updated last counts, and that must not change.
  if (!isAfter(fields['updated_at'], at)) members.push(['updated_at', at]);
  if (state === 'COMPLETED') {
    members.push(['closed_at', at]);
    if (Object.hasOwn(fields, 'close_reason')) members.push(['close_reason', REASON]);
  }
  return members.map(([key, value]) => {
    const edit = setMember(node, layout, key, value);
    return { ...edit, offset: line.start + edit.offset };
  });
}

function isAfter(time: unknown, at: string): boolean {
  return typeof time === 'string' && Date.parse(time) > Date.parse(at);
}
