import type { AgentChoices } from '../backlog/agent-choice.ts';
import type { RunLog } from '@sage/journal';
import type { Scheduler } from '@sage/scheduler';
import type { LiveBacklog } from '../backlog/live-backlog.ts';
import type { TicketStates } from '../backlog/ticket-states.ts';
import type { LandingQueue, TargetBranch, TicketSource, WorkerPool } from '../ports.ts';
import type { Ask } from './ask.ts';
import type { Clock } from './clock.ts';

/** Usage limits for a run and for each of its tickets, over all attempts. */
export interface BudgetLimits {
  /** USD. */
  readonly maxCost?: number;
  readonly maxTokens?: number;
  /** USD. */
  readonly maxTicketCost?: number;
  readonly maxTicketTokens?: number;
}

/** Files of the repository that configure later runs. They have no effect on this one. */
export interface ConfigurationFiles {
  /** Names of files, in any folder. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** A member of JSON files with this name. */
  readonly member?: { readonly name: string; readonly member: string };
}

export interface Approval {
  readonly which: 'all' | 'risky';
  readonly ask: Ask;
}

export interface StartApprovalSettings {
  readonly ask: Ask;
  /** Tickets by component that are asked about together. Without it, the tickets that could start are. */
  readonly components?: ReadonlyMap<string, readonly string[]>;
}

export interface RunSettings {
  /** Which tickets get another agent than the run's. */
  readonly agents?: AgentChoices;
  readonly maxAttempts: number;
  readonly budget: BudgetLimits;
  /** Whether to wait while the account is at its limit. Otherwise nothing more starts. */
  readonly wait: boolean;
  /** Whether to continue when every ticket fails the same way. */
  readonly keepGoing?: boolean;
  readonly verifyCommand?: string;
  /** How a person signs in to the agent's account, if known. */
  readonly signIn?: string;
  /** The shell line that resumes this run, for messages. */
  readonly resumeLine?: string | undefined;
  readonly configuration?: ConfigurationFiles;
  /** Asks a person before each step of an interactive run. */
  readonly ask?: Ask;
  /** Asks a person about results before they are queued: about all, or about those that make programs run later. */
  readonly approve?: Approval;
  /**
   * Asks a person about tickets before they start: about those that could start together, or about each component's.
   */
  readonly startApproval?: StartApprovalSettings;
  /** A person's comment on the tickets, for the prompt of each ticket's first attempt. */
  readonly comment?: string;
}

/** What every part of a run works with. */
export interface RunContext {
  readonly target: TargetBranch;
  readonly source: TicketSource;
  readonly backlog: LiveBacklog;
  readonly states: TicketStates;
  readonly scheduler: Scheduler;
  readonly workers: WorkerPool;
  readonly queue: LandingQueue;
  readonly log: Pick<RunLog, 'run' | 'state' | 'emit' | 'subscribe'>;
  readonly clock: Clock;
  readonly settings: RunSettings;
  /** Shows one line to the user. */
  readonly notice: (text: string) => void;
  /** When aborted: start nothing new, stop the agents, land finished work. */
  readonly stop: AbortSignal;
  /** When aborted: end now. Finished work stays queued. */
  readonly killSignal: AbortSignal;
}
