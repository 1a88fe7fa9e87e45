import { isDeepStrictEqual } from 'node:util';
import type { Node } from 'jsonc-parser';
import { replaceNode, setMember } from './json-edit.ts';
import type { TextEdit } from './json-edit.ts';
import { elementSeparator, end, layoutOf, renderLike, renderWithin } from './json-layout.ts';
import type { JsonLayout } from './json-layout.ts';
import { memberOf, parseSyntax } from './json-text.ts';
import { TicketPlaces } from './ticket-places.ts';
import type { TicketState } from './needed-fields.ts';
import type { DeferCategory } from './ticket.ts';

export interface DeferReason {
  readonly category: DeferCategory;
  readonly message: string;
  readonly attempts: number;
  readonly last_error: string;
  /** ISO 8601. */
  readonly deferred_at: string;
}

export interface TicketChange {
  readonly id: string;
  readonly state?: TicketState;
  /** ISO 8601, for the timestamp in `state_history`. */
  readonly at: string;
  readonly deferReason?: DeferReason;
  /** Appended to `git.commits`, at most once, if the ticket has a `git` object. */
  readonly commit?: string | undefined;
}

/**
 * Applies changes to the text: sets `state`, appends to `state_history` (if the list exists and the state is new),
 * sets `defer_reason`, and appends to `git.commits`. All other bytes stay the same, and additions are laid out like
 * their neighbours. A change that was already made has no effect.
 * @throws {TicketIndexError} for a text that is not an index, or an id that it does not have exactly once.
 */
export function applyTicketChanges(
  text: string,
  changes: readonly TicketChange[],
  file = 'ticket index',
): string {
  return changeTickets(TicketPlaces.read(text, file), changes, file).text;
}

/** Like {@link applyTicketChanges}, for an index whose tickets are already located. */
export function changeTickets(
  index: TicketPlaces,
  changes: readonly TicketChange[],
  file: string,
): TicketPlaces {
  let result = index;
  // Two changes of one ticket touch the same tokens, so a round of edits takes each ticket only once.
  for (let rest = changes; rest.length > 0;) {
    const round = new Map<string, TicketChange>();
    const later: TicketChange[] = [];
    for (const change of rest) {
      if (round.has(change.id)) later.push(change);
      else round.set(change.id, change);
    }
    result = applyRound(result, [...round.values()], file);
    rest = later;
  }
  return result;
}

function applyRound(index: TicketPlaces, changes: readonly TicketChange[], file: string): TicketPlaces {
  const edits = changes.flatMap((change) => {
    const span = index.spanOf(change.id, file);
    const ticket = index.text.slice(span.start, span.end);
    return editsOf(ticket, parseSyntax(ticket), change).map((edit) => ({
      ...edit,
      offset: span.start + edit.offset,
    }));
  });
  return index.edited(edits);
}

function editsOf(text: string, ticket: Node, { state, at, deferReason, commit }: TicketChange): TextEdit[] {
  const layout = layoutOf(text, ticket)!;
  const edits: TextEdit[] = [];
  if (state !== undefined && memberOf(ticket, 'state')?.value !== state) {
    edits.push(setMember(ticket, layout, 'state', state));
    const history = memberOf(ticket, 'state_history');
    if (history?.type === 'array') edits.push(append(text, history, layout, { state, timestamp: at }));
  }
  const known = memberOf(ticket, 'defer_reason');
  if (
    deferReason &&
    !(known && isDeepStrictEqual(JSON.parse(text.slice(known.offset, end(known))), deferReason))
  ) {
    edits.push(setMember(ticket, layout, 'defer_reason', deferReason));
  }
  const git = memberOf(ticket, 'git');
  if (commit !== undefined && git?.type === 'object') {
    const commits = memberOf(git, 'commits');
    const inner = layoutOf(text, git);
    if (!inner) edits.push(replaceNode(git, renderWithin({ commits: [commit] }, layout)));
    else if (!commits) edits.push(setMember(git, inner, 'commits', [commit]));
    else if (commits.type === 'array' && !commits.children?.some(({ value }) => value === commit)) {
      edits.push(append(text, commits, inner, commit));
    }
  }
  return edits;
}

/** `layout` is that of the object that contains the list. */
function append(text: string, list: Node, layout: JsonLayout, value: object | string): TextEdit {
  const last = list.children?.at(-1);
  if (!last) return replaceNode(list, renderWithin([value], layout));
  const neighbour = typeof value === 'object' ? layoutOf(text, last) : undefined;
  const content =
    neighbour && typeof value === 'object' ? renderLike(value, neighbour) : JSON.stringify(value);
  return { offset: end(last), length: 0, content: elementSeparator(text, list, layout) + content };
}
