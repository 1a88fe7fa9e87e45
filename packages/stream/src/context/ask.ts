import type { Ticket } from '@sage/tickets';

/** What an interactive run asks the person before it goes on. */
export type Question =
  | { readonly kind: 'start'; readonly ticket: Ticket }
  | {
      readonly kind: 'completion';
      readonly ticket: Ticket;
      readonly summary?: string;
      readonly changedFiles: readonly string[];
    }
  /** A tool that the agent asks to use. */
  | {
      readonly kind: 'permission';
      readonly ticket: Ticket;
      readonly title: string;
      readonly paths: readonly string[];
    }
  /** Files of a result that change what runs later; see `changesWhatRuns`. */
  | { readonly kind: 'risky'; readonly ticket: Ticket; readonly files: readonly string[] }
  | { readonly kind: 'commit'; readonly ticket: Ticket; readonly message: string; readonly target: string };

/** `no` at the start leaves the ticket as it is; later it defers the ticket, and what was done is kept. */
export type Answer = 'yes' | 'no' | 'quit';

export type Ask = (question: Question) => Promise<Answer>;
