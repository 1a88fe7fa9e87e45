import type { AgentChoices } from '../backlog/agent-choice.ts';
import type { RunLog } from '@sage/journal';
import type { Scheduler } from '@sage/scheduler';
import type { LiveBacklog } from '../backlog/live-backlog.ts';
import type { TicketStates } from '../backlog/ticket-states.ts';
import type { LandingQueue, TargetBranch, TicketSource, WorkerPool } from '../ports.ts';
import type { Ask } from './ask.ts';
import type { Clock } from './clock.ts';

/** What a run and each of its tickets may use, all attempts together. */
export interface BudgetLimits {
  /** USD. */
  readonly maxCost?: number;
  readonly maxTokens?: number;
  /** USD. */
  readonly maxTicketCost?: number;
  readonly maxTicketTokens?: number;
}

/** Files of the repository that configure later runs. They change nothing of this one. */
export interface ConfigurationFiles {
  /** Names of files, in whatever folder. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** A member of a JSON file, by the file's name. */
  readonly member?: { readonly name: string; readonly member: string };
}

export interface Approval {
  readonly which: 'all' | 'risky';
  readonly ask: Ask;
}

export interface StartApprovalSettings {
  readonly ask: Ask;
  /** Tickets by component that are asked about together; without it those that could start. */
  readonly components?: ReadonlyMap<string, readonly string[]>;
}

export interface RunSettings {
  /** Which tickets get another agent than the run's. */
  readonly agents?: AgentChoices;
  readonly maxAttempts: number;
  readonly budget: BudgetLimits;
  /** Whether to wait while the account is at its limit; otherwise nothing more starts. */
  readonly wait: boolean;
  /** Whether to continue when every ticket fails the same way. */
  readonly keepGoing?: boolean;
  readonly verifyCommand?: string;
  /** How a person signs in to the agent's account, where that is known. */
  readonly signIn?: string;
  readonly configuration?: ConfigurationFiles;
  /** Asks a person before each step of an interactive run. */
  readonly ask?: Ask;
  /** Asks a person about results before they are queued: about all, or those that change what runs later. */
  readonly approve?: Approval;
  /** Asks a person about tickets before they start: those that could start beside each other, or each component's. */
  readonly startApproval?: StartApprovalSettings;
  /** What a person says of the tickets, for the prompt of each one's first attempt. */
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
  /** Aborted: start nothing new, stop the agents, land what is finished. */
  readonly stop: AbortSignal;
  /** Aborted: end now; finished work stays queued. */
  readonly killSignal: AbortSignal;
}
