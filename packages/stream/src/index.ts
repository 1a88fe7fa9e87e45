export type { Answer, Ask, Question } from './ask.ts';
export { type Selection } from './backlog.ts';
export type { Clock } from './clock.ts';
export { commitMessage } from './commit-message.ts';
export { BacklogError, CannotStartError } from './errors.ts';
export type { EventEnvelope, RunEvent, RunFact, RunOutcome, RunSummary } from './events.ts';
export { readJournal } from './journal.ts';
export {
  type Explanation,
  explainTicket,
  type Plan,
  type PlanOptions,
  planStream,
  type RunForecast,
} from './plan.ts';
export type { RunEnd } from './run.ts';
export { RunFold, type RunState, type Setback } from './run-state.ts';
export { runStream, type StreamOptions } from './stream.ts';
export { queueVerification, type QueueVerification, type VerifySettings } from './verify.ts';
