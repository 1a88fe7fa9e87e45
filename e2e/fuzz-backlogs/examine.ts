import {
  type BacklogFormat,
  type ForeignBacklog,
  type FormatOptions,
  type TicketState,
  TicketIndexError,
} from '@sage/tickets';

const at = '2026-01-02T03:04:05Z';

/** What a format has done with a backlog: what it promises, or why not. */
export type Verdict = 'read' | 'refused' | { readonly wrong: string };

/** Reads a backlog, sets states in it, and reads it again. */
export function examine(
  format: BacklogFormat,
  texts: ReadonlyMap<string, string>,
  options: FormatOptions,
): Verdict {
  try {
    const backlog = format.read(texts, options);
    const wrong = brokenPromise(backlog) ?? brokenEdit(format, texts, backlog);
    return wrong === undefined ? 'read' : { wrong };
  } catch (error) {
    if (error instanceof TicketIndexError && !/\p{Cc}/u.test(error.message)) return 'refused';
    return { wrong: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

function brokenPromise({ tickets, warnings, implied, fileOf }: ForeignBacklog): string | undefined {
  const odd = warnings.find((warning) => /\p{Cc}/u.test(warning));
  if (odd !== undefined) return `a warning that is not one line of text: ${odd}`;
  const byId = new Map(tickets.map((ticket) => [ticket.id, ticket]));
  if (byId.size !== tickets.length) return 'two tickets have one id';
  for (const { id, dependencies, children, parent } of tickets) {
    if (!fileOf.has(id)) return `${id} has no file`;
    const named = [...dependencies, ...children, ...(parent === null ? [] : [parent])];
    const missing = named.find((one) => !byId.has(one));
    if (missing !== undefined) return `${id} names ${missing}, which is no ticket`;
  }
  const invented = implied.find(([id, dependency]) => !byId.get(id)?.dependencies.includes(dependency));
  return invented && `${invented.join(' > ')} is implied, and no dependency`;
}

function brokenEdit(
  format: BacklogFormat,
  texts: ReadonlyMap<string, string>,
  backlog: ForeignBacklog,
): string | undefined {
  const states = statesOf(backlog);
  const saysDeferred = format.name === 'task-master' || format.name === 'beads';
  const open = backlog.tickets.filter(
    ({ state, children }) => state === 'UNPROCESSED' && children.length === 0,
  );
  for (const { id } of open.slice(0, 3)) {
    for (const state of ['COMPLETED', 'DEFERRED'] as const) {
      const after = edited(format, texts, id, state, backlog.options);
      const changed = [...after].filter(([path, text]) => texts.get(path) !== text).map(([path]) => path);
      if (state === 'DEFERRED' && !saysDeferred) {
        if (changed.length > 0) return `${id}: what cannot be said was written`;
        continue;
      }
      if (changed.join() !== backlog.fileOf.get(id)) return `${id}: wrote ${changed.join() || 'nothing'}`;
      const again = format.read(after, backlog.options);
      const now = statesOf(again);
      if ((now.get(id) ?? state) !== state) return `${id} is ${now.get(id)} after an edit to ${state}`;
      const other = [...now].find(([one, value]) => one !== id && states.get(one) !== value);
      if (other) return `an edit of ${id} made ${other.join(' ')}`;
      const twice = edited(format, after, id, state, backlog.options);
      if ([...twice].some(([path, text]) => after.get(path) !== text))
        return `${id}: a second edit changed more`;
    }
  }
  return undefined;
}

function edited(
  format: BacklogFormat,
  texts: ReadonlyMap<string, string>,
  id: string,
  state: TicketState,
  options: FormatOptions,
): Map<string, string> {
  return new Map(
    [...texts].map(([path, text]) => [path, format.edit(path, text, [{ id, state, at }], options, texts)]),
  );
}

function statesOf({ tickets }: ForeignBacklog): Map<string, TicketState> {
  return new Map(tickets.map(({ id, state }) => [id, state]));
}
