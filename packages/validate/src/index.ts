export { validate } from './validate.ts';
export type { ValidateOptions } from './validate.ts';
export { CHECK_NAMES } from './sections.ts';
export type { Check, CheckStatus, Parallelisation, ValidationReport } from './report.ts';
export type { AgentProgram } from './prerequisites/agent.ts';
export { CannotCheckError } from './errors.ts';
export type { CannotCheckErrorCode } from './errors.ts';
