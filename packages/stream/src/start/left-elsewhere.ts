import type { Repository } from '@sage/git';
import type { RunState } from '@sage/journal';
import type { SentAttempt } from '../ports.ts';

/** What an abandoned run has left on other machines. */
export interface LeftElsewhere {
  readonly repository: Repository;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  /** Attempts that may still be running. */
  readonly cutOff: readonly { readonly ticket: string; readonly attempt: number; readonly fence: number }[];
  readonly sent: readonly SentAttempt[];
  /** Keeps work that nobody has received, and returns the ref. */
  readonly keep: (ticket: string, commit: string) => Promise<string>;
}

/** All attempts that the processes of a run have sent to other machines. */
export function sentAttempts({ sent, completed }: RunState): SentAttempt[] {
  return [...sent].flatMap(([ticket, attempts]) =>
    attempts.map((one) => ({ ...one, ticket, landed: completed.has(ticket) })),
  );
}
