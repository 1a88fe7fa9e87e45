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

/** Options that the workers take as they are. */
type ForWorkers = Omit<WorkersOptions, 'repository' | 'pinnedSettings' | 'protectedPaths'>;

export interface StreamOptions extends Selection, ForWorkers {
  /** A directory in the repository. */
  readonly directory: string;
  /** The same, where it is open. */
  readonly repository?: Repository;
  /** Which backlog of the repository is meant. */
  readonly choice?: SourceChoice;
  /** Workers: a number or `auto`; 1 by default. */
  readonly parallel?: number | string;
  /** The most tickets of a component that run at the same time, from their start until they have landed. */
  readonly componentLimits?: Readonly<Record<string, number>>;
  /** Branch to land on; by default see `chooseTarget`. */
  readonly target?: string;
  readonly verify?: VerifySettings;
  /** Whether to continue when every ticket fails the same way; false by default. */
  readonly keepGoing?: boolean;
  /** Whether verify has to pass on the commit that a new run starts from; true by default. */
  readonly baseline?: boolean;
  /** How work becomes commits of the target; by default one commit a ticket. */
  readonly landing?: LandingStyle;
  /** Which tickets get another agent than the run's; see `agentFor`. */
  readonly agents?: AgentChoices;
  readonly maxAttempts: number;
  /** Called with what the chosen tickets have run before anything is changed; rejects where they may not run. */
  readonly confirmChecks?: (checks: readonly TicketCommand[]) => Promise<void>;
  readonly budget?: BudgetLimits;
  /** Whether to wait while the account is at its limit; true by default. */
  readonly wait?: boolean;
  /** JSON that is kept in the run's folder, for who resumes it: see `interruptedRun`. */
  readonly record?: unknown;
  /** A ticket changes them only where it declares them. */
  readonly configuration?: ConfigurationFiles;
  readonly ask?: Ask;
  /** In a run with several workers: asks about results before they are queued. */
  readonly approve?: Approval;
  /** In a run with several workers: asks about tickets before they start, as they could start or by component. */
  readonly askStart?: { readonly by: 'batch' | 'component'; readonly ask: Ask };
  /** What a person says of the tickets, for the prompt of each one's first attempt. */
  readonly comment?: string;
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  /** The events of a resumed run up to now, before its first new one. */
  readonly onResumed?: (events: readonly RunEvent[]) => void;
  /** Every event, after it is durable. */
  readonly onEvent: (event: RunEvent) => void;
  /** One line each, for the user. */
  readonly onNotice: (text: string) => void;
  readonly clock?: Clock;
  /** Workers on other machines, besides those of this one. */
  readonly elsewhere?: Elsewhere;
}

/** Workers on other machines. */
export interface Elsewhere {
  /** How many attempts they have room for now. */
  slots(): number;
  /** Whether a run has as many workers as they have room for, also when that changes. */
  readonly follow: boolean;
  /** Workers that give attempts to those machines, and to `local` what they cannot do. */
  extend(local: WorkerPool, run: RunPlace): Promise<WorkerPool>;
}

/** What other machines have to know of a run. */
export interface RunPlace {
  readonly repository: Repository;
  readonly run: string;
  /** Full ref. */
  readonly target: string;
  /** Paths that no work contains. */
  readonly protectedPaths: readonly string[];
}
