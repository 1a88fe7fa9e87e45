import type { Ticket } from '@sage/tickets';
import type { FinishedWork } from '@sage/workers';

/** Questions that a run asks a person before it continues. */
export type Question =
  | { readonly kind: 'start'; readonly ticket: Ticket }
  /** Tickets that could start now, beside each other, or all tickets of a component. */
  | { readonly kind: 'batch'; readonly tickets: readonly Ticket[]; readonly component?: string }
  | {
      readonly kind: 'completion';
      readonly ticket: Ticket;
      readonly work: FinishedWork;
      /** The changed files that make programs run later; see `changesWhatRuns`. */
      readonly whatRuns: readonly string[];
    }
  /** A tool that the agent asks to use. */
  | {
      readonly kind: 'permission';
      readonly ticket: Ticket;
      readonly title: string;
      readonly paths: readonly string[];
    }
  | { readonly kind: 'commit'; readonly ticket: Ticket; readonly message: string; readonly target: string };

/** `no` at the start leaves the ticket as it is. Later it defers the ticket, and keeps the work. */
export type Decision =
  | 'yes'
  | 'no'
  | 'quit'
  /** Answer to `completion`: the agent continues its work with this comment. */
  | { readonly sendBack: string }
  /** Answer to `completion`: the ticket is deferred for this reason. */
  | { readonly defer: string }
  /** Answer to `batch`: start only these tickets. */
  | { readonly only: readonly string[] };

export type Ask = (question: Question) => Promise<Decision>;
