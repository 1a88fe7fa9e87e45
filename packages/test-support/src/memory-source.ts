import { applyTicketChanges, parseTicketIndex, type Ticket, type TicketChange } from '@sage/tickets';

export type TicketInput = { readonly id: string } & Readonly<Record<string, unknown>>;

/** The text of a ticket index. By default tickets are UNPROCESSED and have no dependencies. */
export function backlog(tickets: readonly TicketInput[]): string {
  const full = tickets.map((ticket) => ({ state: 'UNPROCESSED', dependencies: [], ...ticket }));
  return `${JSON.stringify({ version: '1.0', tickets: full }, undefined, 2)}\n`;
}

const FILE = 'tickets.json';

/** A ticket source in memory that a test edits like a person. */
export interface MemorySource {
  readonly protectedPaths: readonly string[];
  readonly readsCheckout: boolean;
  /** The current text. */
  text: string;
  version(): Promise<string>;
  read(): Promise<{ file: string; tickets: readonly Ticket[] }>;
  stateFiles(changes: readonly TicketChange[]): { path: string; edit: (text: string) => string }[];
  isTracked(): Promise<boolean>;
  write(changes: readonly TicketChange[]): Promise<void>;
  /** The state of each ticket, by id. */
  states(): Record<string, string>;
}

/** With `tracked`, states land together with the code; otherwise they are written to the source. */
export function memorySource(tickets: readonly TicketInput[], { tracked = true } = {}): MemorySource {
  const apply = (text: string, changes: readonly TicketChange[]) => {
    const ids = new Set(parseTicketIndex(text, FILE).tickets.map(({ id }) => id));
    const known = changes.filter(({ id }) => ids.has(id));
    return applyTicketChanges(text, known);
  };
  const source: MemorySource = {
    protectedPaths: [FILE],
    readsCheckout: true,
    text: backlog(tickets),
    version: async () => source.text,
    read: async () => ({ file: FILE, tickets: parseTicketIndex(source.text, FILE).tickets }),
    stateFiles: (changes) => [{ path: FILE, edit: (text) => apply(text, changes) }],
    isTracked: async () => tracked,
    async write(changes) {
      source.text = apply(source.text, changes);
    },
    states() {
      const read = parseTicketIndex(source.text, FILE).tickets;
      return Object.fromEntries(read.map(({ id, state }) => [id, state]));
    },
  };
  return source;
}
