import type { TextEdit } from '../json-edit.ts';
import type { TicketState } from '../needed-fields.ts';

/** What boxes say; any other mark is somebody's own word for not to be done. */
const STATES = { ' ': 'UNPROCESSED', x: 'COMPLETED', X: 'COMPLETED' } as const satisfies Record<
  string,
  TicketState
>;

export function stateOfMark(mark: string): TicketState {
  return Object.hasOwn(STATES, mark) ? STATES[mark as keyof typeof STATES] : 'DEFERRED';
}

/** Only what is done can be said by a box. */
export function checkEdits(
  { mark, markAt }: { readonly mark: string; readonly markAt: number },
  done: 'x' | 'X',
): TextEdit[] {
  return stateOfMark(mark) === 'COMPLETED' ? [] : [{ offset: markAt, length: mark.length, content: done }];
}
