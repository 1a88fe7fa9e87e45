import type { AgentChoices } from '../backlog/agent-choice.ts';
import type { Repository } from '@sage/git';
import type { WorkerPool } from '../ports.ts';
import type { LandingStyle } from '@sage/commit-queue';
import type { WorkersOptions } from '@sage/workers';
import type { SourceChoice } from '../backlog/open-source.ts';
import type { Ask } from '../context/ask.ts';
import type { Selection } from '../backlog/backlog.ts';
import type { Approval, BudgetLimits, ConfigurationFiles } from '../context/run-context.ts';
import type { Clock } from '../context/clock.ts';
import type { RunEvent } from '@sage/journal';
import type { VerifySettings } from '../verification/verify.ts';
import type { TicketCommand } from '../start/ticket-commands.ts';

/** Options that are passed on to the workers. */
type ForWorkers = Omit<WorkersOptions, 'repository' | 'pinnedSettings' | 'protectedPaths'>;

export interface StreamOptions extends Selection, ForWorkers {
  /** A directory in the repository. */
  readonly directory: string;
  /** The same repository, if it is already open. */
  readonly repository?: Repository;
  /** Selects a backlog of the repository. */
  readonly choice?: SourceChoice;
  /** Number of workers, or `auto`; 1 by default. */
  readonly parallel?: number | string;
  /** How many tickets of each component may run at the same time, from their start until they have landed. */
  readonly componentLimits?: Readonly<Record<string, number>>;
  /** Branch to land on. For the default, see `chooseTarget`. */
  readonly target?: string;
  readonly verify?: VerifySettings;
  /** Whether to continue when every ticket fails the same way; false by default. */
  readonly keepGoing?: boolean;
  /** The shell line that resumes this run, for messages; `sage stream --resume` by default. */
  readonly resumeLine?: string;
  /** Whether verify has to pass on the commit that a new run starts from; true by default. */
  readonly baseline?: boolean;
  /** How work becomes commits on the target; by default one commit for each ticket. */
  readonly landing?: LandingStyle;
  /** Which tickets get another agent than the run's; see `agentFor`. */
  readonly agents?: AgentChoices;
  readonly maxAttempts: number;
  /** Called with the commands of the selected tickets before anything is changed. Rejects if they may not run. */
  readonly confirmChecks?: (checks: readonly TicketCommand[]) => Promise<void>;
  readonly budget?: BudgetLimits;
  /** Whether to wait while the account is at its limit; true by default. */
  readonly wait?: boolean;
  /** JSON to keep in the run's folder for the program that resumes it; see `interruptedRun`. */
  readonly record?: unknown;
  /** Files that a ticket may change only if it declares them. */
  readonly configuration?: ConfigurationFiles;
  readonly ask?: Ask;
  /** In a run with several workers: asks about results before they are queued. */
  readonly approve?: Approval;
  /**
   * In a run with several workers: asks about tickets before they start, either together as they become ready or by
   * component.
   */
  readonly askStart?: { readonly by: 'batch' | 'component'; readonly ask: Ask };
  /** A person's comment on the tickets, for the prompt of each ticket's first attempt. */
  readonly comment?: string;
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  /** Called with the earlier events of a resumed run, before its first new one. */
  readonly onResumed?: (events: readonly RunEvent[]) => void;
  /** Called with every event, after it is durable. */
  readonly onEvent: (event: RunEvent) => void;
  /** Receives messages for the user, one line each. */
  readonly onNotice: (text: string) => void;
  readonly clock?: Clock;
  /** Workers on other machines, in addition to those of this one. */
  readonly elsewhere?: Elsewhere;
}

/** Workers on other machines. */
export interface Elsewhere {
  /** How many attempts they currently have room for. */
  slots(): number;
  /** Whether the number of a run's workers follows `slots`. */
  readonly follow: boolean;
  /** A pool that sends attempts to those machines, and to `local` what they cannot do. */
  extend(local: WorkerPool, run: RunPlace): Promise<WorkerPool>;
}

/** What other machines have to know about a run. */
export interface RunPlace {
  readonly repository: Repository;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  /** Paths that no work may contain. */
  readonly protectedPaths: readonly string[];
}
