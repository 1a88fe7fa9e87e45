export type { AgentChoices, AgentRule } from './backlog/agent-choice.ts';
export { type BacklogRow, type BacklogTicket, listBacklog, showTicket } from './backlog/backlog-rows.ts';
export { longestChain } from './backlog/longest-chain.ts';
export { commitMessage } from './backlog/commit-message.ts';
export type { Selection } from './backlog/backlog.ts';
export type { Ask, Decision, Question } from './context/ask.ts';
export type { Clock } from './context/clock.ts';
export type { BudgetLimits } from './context/run-context.ts';
export {
  BacklogError,
  CannotStartError,
  NoLogError,
  NoRunError,
  NoTicketError,
  SourceError,
  TargetLostError,
} from './errors.ts';
export { exportBacklog, importBacklog } from './backlog/convert-backlog.ts';
export {
  SOURCE_NAMES,
  checkedOutSource,
  otherBacklogs,
  readCheckedOut,
  type SourceChoice,
  ticketIds,
} from './backlog/open-source.ts';
export { checkContent } from './backlog/backlog.ts';
export type { Requested } from './live/request-ticket.ts';
export { requestTicket } from './live/request-ticket.ts';
export type { TicketAction } from './live/ticket-requests.ts';
export { type Explanation, explainTicket } from './forecast/explain.ts';
export { type Plan, type PlanOptions, planStream, type RunForecast } from './forecast/plan.ts';
export { auditQueue } from './landing/audit-queue.ts';
export { processQueue, type QueueProcessing } from './landing/process-queue.ts';
export { queueVerification, type QueueVerification, type VerifySettings } from './verification/verify.ts';
export type { LeftElsewhere } from './start/left-elsewhere.ts';
export { cameAlong } from './start/own-files.ts';
export { interruptedRun, type InterruptedRun, lastInterruptedRun } from './start/interrupted-run.ts';
export { type Controlled, controlRun, type ControlRunOptions } from './live/control-run.ts';
export { activeRun } from './live/active-run.ts';
export { type ListedLogs, listLogs } from './logs/list-logs.ts';
export { openLog, type TicketLog } from './logs/open-log.ts';
export { type KnownRun, knownRuns, readKnownRun } from './live/known-runs.ts';
export { readStatus, type Status } from './live/status.ts';
export type {
  AttemptNeeds,
  LandingQueue,
  SentAttempt,
  SourceContent,
  TargetBranch,
  TicketSource,
  WorkerPool,
} from './ports.ts';
export type { RunEnd } from './run/finish-run.ts';
export { runStream } from './run/stream.ts';
export { type BaselineCheck, checkBaseline } from './verification/check-baseline.ts';
export { type Cleaning, type CleanOptions, cleanRepository } from './clean/clean-repository.ts';
export type { Found, Residue } from './clean/residue.ts';
export { type AbandonedRun, abandonRun } from './start/abandon-run.ts';
export type { Elsewhere, RunPlace, StreamOptions } from './run/stream-options.ts';
export { ticketCommands } from './start/ticket-commands.ts';
