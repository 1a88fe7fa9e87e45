import type { LandingStyle } from '@sage/commit-queue';
import type { WorkersOptions } from '@sage/workers';
import type { Ask } from '../context/ask.ts';
import type { Selection } from '../backlog/backlog.ts';
import type { BudgetLimits } from '../context/run-context.ts';
import type { Clock } from '../context/clock.ts';
import type { RunEvent } from '@sage/journal';
import type { VerifySettings } from '../landing/verify.ts';

/** What of a run is its workers' affair. */
type ForWorkers = Omit<WorkersOptions, 'repository' | 'protectedPaths'>;

export interface StreamOptions extends Selection, ForWorkers {
  /** A directory in the repository. */
  readonly directory: string;
  /** Workers: a number, `auto`, or one where it is not given. */
  readonly parallel?: number | string | undefined;
  /** At most so many tickets of a component run at the same time, from their start until they have landed. */
  readonly componentLimits?: Readonly<Record<string, number>> | undefined;
  /** Branch to land on; see `chooseTarget` where it is not given. */
  readonly target?: string | undefined;
  readonly verify?: VerifySettings | undefined;
  /** How work becomes commits of the target; one commit a ticket where it is missing. */
  readonly landing?: LandingStyle | undefined;
  readonly maxAttempts: number;
  readonly budget?: BudgetLimits | undefined;
  /** Whether to wait where the account is at its limit; where it is missing, yes. */
  readonly wait?: boolean | undefined;
  readonly ask?: Ask | undefined;
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Every event, after it is durable. */
  readonly onEvent: (event: RunEvent) => void;
  /** One line each, for the person. */
  readonly onNotice: (text: string) => void;
  readonly clock?: Clock | undefined;
}
