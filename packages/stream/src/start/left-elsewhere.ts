import type { Repository } from '@sage/git';
import type { RunState } from '@sage/journal';
import type { SentAttempt } from '../ports.ts';

/** What a run that nobody resumes has left on other machines. */
export interface LeftElsewhere {
  readonly repository: Repository;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  /** Attempts that may still be under way. */
  readonly cutOff: readonly { readonly ticket: string; readonly attempt: number; readonly fence: number }[];
  readonly sent: readonly SentAttempt[];
  /** Keeps work that nobody has received; returns the ref. */
  readonly keep: (ticket: string, commit: string) => Promise<string>;
}

/** All attempts that the processes of a run have given to other machines. */
export function sentAttempts({ sent, completed }: RunState): SentAttempt[] {
  return [...sent].flatMap(([ticket, attempts]) =>
    attempts.map((one) => ({ ...one, ticket, landed: completed.has(ticket) })),
  );
}
