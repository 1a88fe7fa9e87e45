import type { Settings } from './config.ts';
import { amount, parseWholeNumber } from './numbers.ts';
import { parseSize } from './size.ts';
import { mergeVerify, type VerifyFlags } from './verify-settings.ts';

type Numeric = 'maxAttempts' | 'maxTurns' | 'maxCost' | 'maxTokens' | 'maxTicketCost' | 'maxTicketTokens';
type FileOnly =
  | 'agents'
  | 'componentLimits'
  | 'worktrees'
  | 'prompt'
  | 'verify'
  | 'landing'
  | 'environment'
  | 'secrets'
  | 'allow'
  | 'notify'
  | 'limits'
  | 'rules'
  | 'attempts'
  | 'permissions';

/** Flags as typed. The configuration uses the same names. */
export type StreamFlags = Omit<Settings, Numeric | FileOnly> &
  VerifyFlags & {
    readonly C: string;
    readonly resume?: boolean;
    readonly retryDeferred?: boolean;
    readonly with?: string;
  } & Partial<Record<Numeric, string>>;

/** Flags that become settings of a run. */
export type TypedFlags = Omit<StreamFlags, 'C' | 'resume' | 'json'>;

/** Attempts of a ticket before it is deferred. */
export const DEFAULT_ATTEMPTS = 2;
/** The time limit of one attempt, and of one verify. */
export const DEFAULT_TIMEOUT_MS = 60 * 60_000;

/** Limits in the form that the workers take. */
export function agentLimits({ output, processes, disk }: NonNullable<Settings['limits']> = {}) {
  const [maxOutput, maxDisk] = [parseSize(output ?? ''), parseSize(disk ?? '')];
  return {
    ...(maxOutput !== undefined && { maxOutput }),
    ...(processes !== undefined && { maxProcesses: processes }),
    ...(maxDisk !== undefined && { maxDisk }),
  };
}

/** The settings of a run: each flag wins over its setting. */
export function mergeFlags(flags: TypedFlags, config: Settings): Settings {
  const { verify, verifySlots, verifyMode, retryDeferred: _retry, with: _with, ...others } = flags;
  const { maxAttempts, maxTurns, maxCost, maxTokens, maxTicketCost, maxTicketTokens, ...typed } = others;
  const { wait, baseline, sandbox } = flags;
  return {
    ...config,
    ...typed,
    ...(maxAttempts !== undefined && { maxAttempts: parseWholeNumber('--max-attempts', maxAttempts) }),
    ...(maxTurns !== undefined && { maxTurns: parseWholeNumber('--max-turns', maxTurns) }),
    ...(maxCost !== undefined && { maxCost: amount('--max-cost', maxCost) }),
    ...(maxTokens !== undefined && { maxTokens: parseWholeNumber('--max-tokens', maxTokens) }),
    ...(maxTicketCost !== undefined && { maxTicketCost: amount('--max-ticket-cost', maxTicketCost) }),
    ...(maxTicketTokens !== undefined && {
      maxTicketTokens: parseWholeNumber('--max-ticket-tokens', maxTicketTokens),
    }),
    verify: mergeVerify({ verify, verifySlots, verifyMode }, config.verify),
    // `--no-wait` can be typed, `--wait` cannot.
    wait: wait !== false && (config.wait ?? true),
    baseline: baseline !== false && (config.baseline ?? true),
    // `--sandbox` uses the configured settings.
    sandbox:
      sandbox === true && typeof config.sandbox === 'object' ? config.sandbox : (sandbox ?? config.sandbox),
  };
}
