import type { TokenUsage } from '../usage.ts';
import { retryAfter } from './retry-after.ts';

/** What an agent's own events say of an attempt. Never proof that work was done: the worktree decides that. */
export interface AgentReport extends TokenUsage {
  readonly sessionId?: string;
  /** The last message whose figures are in. */
  readonly counted?: string;
  /** What the agent said last. */
  readonly text: string;
  /** What the agent does now, in a few words: `Edit src/app.ts`, `Bash: npm test`. */
  readonly activity?: string;
  /** Tools that it was not allowed to use, in order. */
  readonly denied: readonly string[];
  /** How often it reported a rejected request that it tries again by itself. */
  readonly retries?: number;
  readonly problem?: AgentProblem;
}

export interface AgentProblem {
  /** `rate-limit`: limits, overload and used-up quotas pass by themselves, so the attempt is not the ticket's fault. */
  readonly kind: 'rate-limit' | 'failure';
  readonly message: string;
  /** How long the account asks to be left alone, in milliseconds. */
  readonly retryAfter?: number;
}

export const NO_REPORT: AgentReport = { text: '', denied: [] };

/** The report after one more event of the agent's output; an event it does not know leaves it as it is. */
export type ReadEvent = (report: AgentReport, event: AgentEvent) => AgentReport;

/** A line of an agent's output, as parsed: nothing about its shape is certain. */
export type AgentEvent = Readonly<Record<string, unknown>>;

const PASSING =
  /\b(429|503|529)\b|rate.?limit|overloaded|quota|RESOURCE_EXHAUSTED|UNAVAILABLE|usage limit|credit balance/i;

/** A failure that an agent reports, by its words and the status of the model's API if there is one. */
export function problemOf(message: string, status?: unknown): AgentProblem {
  const passing = status === 429 || status === 503 || status === 529 || PASSING.test(message);
  const told = passing ? retryAfter(message, new Date()) : undefined;
  const kind = passing ? 'rate-limit' : 'failure';
  return { kind, message: message.split('\n')[0] ?? '', ...(told !== undefined && { retryAfter: told }) };
}

/** One more notice of a retry, where it is for a limit or an overload of the account. */
export function retried(report: AgentReport, why: string, status?: unknown): AgentReport {
  if (problemOf(why, status).kind !== 'rate-limit') return report;
  return { ...report, retries: (report.retries ?? 0) + 1 };
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

export function listIn(value: unknown, key: string): readonly unknown[] {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member : [];
}
