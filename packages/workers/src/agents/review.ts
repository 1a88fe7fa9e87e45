/** Finished work of an agent that has passed the ticket's checks. */
export interface FinishedWork {
  /** Both are in the user's repository. */
  readonly base: string;
  readonly commit: string;
  readonly changedFiles: readonly string[];
  /** The agent's own summary. */
  readonly summary?: string;
  /** The names of the ticket's checks that passed. */
  readonly passed: readonly string[];
}

/** A person's decision about finished work. `quit` ends the attempt as interrupted. */
export type Review =
  | { readonly verdict: 'accepted' | 'quit' }
  /** Defers the ticket for this reason. */
  | { readonly verdict: 'deferred'; readonly reason: string }
  /** The agent continues its work with this comment. */
  | { readonly verdict: 'sent-back'; readonly comment: string };
