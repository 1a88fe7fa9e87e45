import type { TextEdit } from '../json-edit.ts';
import type { TicketState } from '../needed-fields.ts';

/** States of check marks. Any other mark is the user's own way to say that it is not to be done. */
const STATES = { ' ': 'UNPROCESSED', x: 'COMPLETED', X: 'COMPLETED' } as const satisfies Record<
  string,
  TicketState
>;

export function stateOfMark(mark: string): TicketState {
  return Object.hasOwn(STATES, mark) ? STATES[mark as keyof typeof STATES] : 'DEFERRED';
}

/** A box can only say that something is done. */
export function checkEdits(
  { mark, markAt }: { readonly mark: string; readonly markAt: number },
  done: 'x' | 'X',
): TextEdit[] {
  return stateOfMark(mark) === 'COMPLETED' ? [] : [{ offset: markAt, length: mark.length, content: done }];
}
