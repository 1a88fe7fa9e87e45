export { isMachineError } from '@sage/git';
export { attemptPath } from './attempt/attempt-files.ts';
export { ALLOWED_VARIABLES } from './process/allowed-environment.ts';
export { processMark } from './process/end-processes.ts';
export type { Agent } from './agents/agent.ts';
export { type AgentState, detectAgent } from './agents/detect-agent.ts';
export { assertSignedIn } from './agents/sign-in.ts';
export { agentProgram, findAgent } from './agents/find-agent.ts';
export type { AgentRun } from './agents/agent-run.ts';
export type { FinishedWork, Review } from './agents/review.ts';
export type { PermissionPolicy, PermissionRequest } from './agents/permission.ts';
export { KNOWN_AGENTS } from './agents/known-agents.ts';
export { type AgentEnd, type AgentTurn, runAgent } from './agents/run-agent.ts';
export type { AgentProblem } from './agents/problem.ts';
export type { AgentEvent, AgentReport, ReadEvent } from './agents/report.ts';
export { type AgentChoice, type CustomAgent, resolveAgent, serverLine } from './agents/resolve-agent.ts';
export type { CheckRequest } from './attempt/check.ts';
export { memberOf } from './attempt/protected-member.ts';
export { AgentError, MachineError, SettingError, WorkerError } from './errors.ts';
export { outputTail } from './process/output-tail.ts';
export { openRegular } from './process/regular-file.ts';
export { composePrompt, DEFAULT_TEMPLATE, type PromptContext } from './prompt/prompt.ts';
export {
  parsePromptTemplate,
  PROMPT_VARIABLES,
  type PromptTemplate,
  type PromptVariable,
  readPromptTemplate,
} from './prompt/prompt-template.ts';
export type {
  AgentSelection,
  AttemptCategory,
  AttemptOutcome,
  AttemptResult,
  LandedDependency,
  PreviousAttempt,
  WorkCheck,
  WorkRequest,
  WorkTicket,
} from './request.ts';
export { assertSandbox, sandboxVersion } from './sandbox/bubblewrap.ts';
export { HIDDEN } from './sandbox/hidden.ts';
export type { SandboxSettings } from './sandbox/sandbox-settings.ts';
export { sandboxLimits } from './sandbox/sandbox-limits.ts';
export { secretValues } from './process/secrets.ts';
export { shellWord, userShell } from './process/shell.ts';
export {
  type CutOffAttempt,
  DEFAULT_LIMITS,
  endRun,
  openWorkers,
  type AttemptName,
  type Workers,
  type WorkersOptions,
} from './workers.ts';
export type { KeptAs } from './worktree/kept-refs.ts';
export { assertWorktreeSettings, type WorktreeSettings } from './worktree/worktree-settings.ts';
export { AttemptLog, type LogEntry } from './words/attempt-log.ts';
export { type LogPart, logParts } from './words/log-parts.ts';
export { tellingLines } from './words/telling-lines.ts';
export { withoutControls } from './words/word.ts';
