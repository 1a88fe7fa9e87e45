import { BACKLOG_FORMATS, type Ticket, type TicketChange, TicketIndexError } from '@sage/tickets';
import { seeded } from '../../bench/seeded.ts';
import { mutate } from './mutate.ts';
import { SAMPLES } from './samples.ts';

/** What became of one damaged backlog. */
export interface Attempt {
  readonly format: string;
  readonly outcome: 'read' | 'refused';
  readonly texts: ReadonlyMap<string, string>;
}

/** A fault of Sage, with what shows it. */
class FuzzFault extends Error {
  override readonly name = 'FuzzFault';
}

const AT = '2026-01-02T03:04:05Z';
const CHANGED = 3;

/**
 * Damages a backlog, reads it, and writes states into what can be read. The same number does the same.
 * @throws {FuzzFault}
 */
export function attempt(number: number): Attempt {
  const random = seeded(number);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const format = pick(BACKLOG_FORMATS);
  const texts = new Map(Object.entries(pick(SAMPLES[format.name]!)));
  const path = pick([...texts.keys()]);
  const other = pick(Object.values(pick(SAMPLES[pick(BACKLOG_FORMATS).name]!)));
  texts.set(path, mutate(texts.get(path)!, other, random));
  const unit = random() < 0.5 ? undefined : pick(format.units);
  const name = `${number} (${format.name}, ${path}, unit ${unit})`;

  const guarded = <T>(what: string, action: () => T): T | TicketIndexError => {
    try {
      return action();
    } catch (error) {
      if (error instanceof TicketIndexError) return error;
      throw new FuzzFault(`${name}: ${what} failed`, { cause: error });
    }
  };
  const read = (from: ReadonlyMap<string, string>) =>
    guarded('reading', () => format.read(from, unit === undefined ? {} : { unit }));
  const backlog = read(texts);
  if (backlog instanceof TicketIndexError) {
    if (/\n/.test(backlog.problem))
      throw new FuzzFault(`${name}: a message of several lines: ${backlog.problem}`);
    return { format: format.name, outcome: 'refused', texts };
  }

  const { options } = backlog;
  const write = (from: ReadonlyMap<string, string>, changes: readonly TicketChange[]) => {
    const written = new Map(from);
    for (const [file, text] of from) {
      const edited = guarded('writing', () => format.edit(file, text, changes, options, from));
      if (edited instanceof TicketIndexError)
        throw new FuzzFault(`${name}: read, but not written`, { cause: edited });
      written.set(file, edited);
    }
    return written;
  };
  const fail = (what: string, from: ReadonlyMap<string, string>): never => {
    throw new FuzzFault(`${name}: ${what}\n${JSON.stringify([...from])}`);
  };
  if (!isSame(write(texts, []), texts)) fail('no change changes bytes', texts);
  const done = backlog.tickets.filter(({ state }) => state === 'COMPLETED').map(completed);
  if (!isSame(write(texts, done), texts)) fail('a state that is there changes bytes', texts);

  const open = backlog.tickets.filter(({ state, children }) => /^[UI]/.test(state) && children.length === 0);
  for (const ticket of open.slice(0, CHANGED)) {
    const change = [completed(ticket)];
    const after = write(texts, change);
    if (isSame(after, texts)) fail(`${ticket.id} is not written`, texts);
    if (!isSame(write(after, change), after)) fail(`${ticket.id} is written twice`, texts);
    const again = read(after);
    if (again instanceof TicketIndexError)
      throw new FuzzFault(`${name}: written, but not read`, { cause: again });
    const states = new Map(again.tickets.map(({ id, state }) => [id, state]));
    if (states.get(ticket.id) !== undefined && states.get(ticket.id) !== 'COMPLETED')
      fail(`${ticket.id} is not done when it is written`, texts);
    // A container may be none any more when all that is in it is done.
    const others = backlog.tickets.filter(({ id, children }) => id !== ticket.id && children.length === 0);
    const changed = others.find(({ id, state }) => (states.get(id) ?? state) !== state);
    if (changed) fail(`${ticket.id} changes ${changed.id}`, texts);
  }
  return { format: format.name, outcome: 'read', texts };
}

function completed({ id }: Ticket): TicketChange {
  return { id, state: 'COMPLETED', at: AT };
}

function isSame(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  return [...one].every(([path, text]) => other.get(path) === text);
}
