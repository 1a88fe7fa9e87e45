/** Work that an agent has finished, and that has passed the ticket's checks. */
export interface FinishedWork {
  /** In the user's repository, both. */
  readonly base: string;
  readonly commit: string;
  readonly changedFiles: readonly string[];
  /** What the agent says of it. */
  readonly summary?: string;
  /** The names of the ticket's checks that it has passed. */
  readonly passed: readonly string[];
}

/** What a person decides about finished work. `quit` ends the attempt as interrupted. */
export type Review =
  | { readonly verdict: 'accepted' | 'quit' }
  /** The ticket is deferred for this reason. */
  | { readonly verdict: 'deferred'; readonly reason: string }
  /** The agent continues its work with this comment. */
  | { readonly verdict: 'sent-back'; readonly comment: string };
