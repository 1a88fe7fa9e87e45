import type { LandingStyle } from '@sage/commit-queue';
import type { Agent, PromptTemplate, SandboxSettings, WorktreeSettings } from '@sage/workers';
import type { Ask } from './ask.ts';
import type { Selection } from './backlog.ts';
import type { BudgetLimits } from './budget.ts';
import type { Clock } from './clock.ts';
import type { RunEvent } from './events.ts';
import type { VerifySettings } from './verify.ts';

export interface StreamOptions extends Selection {
  /** A directory in the repository. */
  readonly directory: string;
  readonly agent: Agent;
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
  /** Wall-clock limit of one attempt, and of a verify that has none of its own, in milliseconds. */
  readonly timeout: number;
  /** Ends an attempt that prints nothing for so many milliseconds. */
  readonly idleTimeout?: number | undefined;
  readonly worktrees?: WorktreeSettings | undefined;
  /** Where agents and checks run confined; see `assertSandbox` of @sage/workers. */
  readonly sandbox?: SandboxSettings | undefined;
  /** Variables of this process that agents and checks see besides those that all do; `*` is any text. */
  readonly environment?: readonly string[] | undefined;
  /** Variables whose values are masked in logs, journal and events. */
  readonly secrets?: readonly string[] | undefined;
  /** Of what agents are told; see `readPromptTemplate` of @sage/workers. */
  readonly template?: PromptTemplate | undefined;
  readonly budget?: BudgetLimits | undefined;
  /** Whether to wait where the account is at its limit; where it is missing, yes. */
  readonly wait?: boolean | undefined;
  readonly ask?: Ask | undefined;
  readonly stop: AbortSignal;
  readonly stopNow: AbortSignal;
  /** Every event, after it is durable. */
  readonly onEvent: (event: RunEvent) => void;
  /** One line each, for the person. */
  readonly onNotice: (text: string) => void;
  readonly clock?: Clock | undefined;
}
