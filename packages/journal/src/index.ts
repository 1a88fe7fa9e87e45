export {
  type AttemptRecord,
  AttemptRecords,
  isSettled,
  type LandingResult,
  resultOf,
} from './attempt-records.ts';
export { NoSuchRunError } from './errors.ts';
export type { EventEnvelope, RunEvent, RunFact, RunOutcome, RunSummary } from './events.ts';
export { followRun } from './follow-run.ts';
export { Journal, journalFile, parseJournal, readJournal, runsDirectory } from './journal.ts';
export { newRunId, RunLog } from './run-log.ts';
export { readRunSettings, writeRunSettings } from './run-settings.ts';
export { RunFold } from './run-fold.ts';
export { type Deferral, type RunState, type Setback, summarise } from './run-state.ts';
export { type AgentStatus, type RunStatus, RunStatusFold } from './run-status.ts';
export { listRuns, readRun, type RecordedRun, type RunFile, unfinishedRuns } from './runs.ts';
export { NO_USAGE, type RunUsage, type Spent } from './usage.ts';
export { workedUntil, type WorkPeriod, workPeriods } from './work-periods.ts';
