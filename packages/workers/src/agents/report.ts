import type { TokenUsage } from '../usage.ts';
import { type AgentProblem, problemOf } from './problem.ts';

/** What an agent's own events say about an attempt. Never proof that work was done: the worktree decides that. */
export interface AgentReport extends TokenUsage {
  readonly sessionId?: string;
  /** The last message whose figures are included. */
  readonly counted?: string;
  /** The agent's latest text. */
  readonly text: string;
  /** What the agent is doing, in a few words: `Edit src/app.ts`, `Bash: npm test`. */
  readonly activity?: string;
  /** Tools that the agent was not allowed to use, in order. */
  readonly denied: readonly string[];
  /** How many rejected requests it reported that it retries by itself. */
  readonly retries?: number;
  readonly problem?: AgentProblem;
  /** When the limit that rejected it ends, in ms since 1970. */
  readonly resetsAt?: number;
}

export const NO_REPORT: AgentReport = { text: '', denied: [] };

/** The report after one more event. Unknown events leave it unchanged. */
export type ReadEvent = (report: AgentReport, event: AgentEvent) => AgentReport;

/** A parsed line of an agent's output. Nothing about its shape is certain. */
export type AgentEvent = Readonly<Record<string, unknown>>;

/**
 * Records one more notice of a retry. Its cause is the agent's problem until the agent works again; limits and
 * overloads are counted.
 */
export function retried(report: AgentReport, why: string, details?: unknown): AgentReport {
  const problem = problemOf(why, details);
  if (problem.kind === 'failure') return report;
  const retries = (report.retries ?? 0) + (problem.kind === 'rate-limit' ? 1 : 0);
  return { ...report, problem, ...(retries > 0 && { retries }) };
}

/** The agent works again, so its retries have succeeded. */
export function working(report: AgentReport): AgentReport {
  const { problem: solved, ...others } = report;
  return solved === undefined ? report : others;
}

export function objectIn(value: unknown, key: string): AgentEvent {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : {};
}

export function isObject(value: unknown): value is AgentEvent {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textIn(value: unknown, key: string): string | undefined {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : undefined;
}

export function numberIn(value: unknown, key: string): number {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'number' && Number.isFinite(member) && member >= 0 ? member : 0;
}

/** Undefined if it is not reported, which is not the same as 0. */
export function figureIn(value: unknown, key: string): number | undefined {
  return isObject(value) && typeof value[key] === 'number' ? numberIn(value, key) : undefined;
}

export function listIn(value: unknown, key: string): readonly unknown[] {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member : [];
}
