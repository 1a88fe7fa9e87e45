import type { VerifySettings } from '@sage/stream';
import type { Settings } from './config.ts';
import { parseDuration } from './duration.ts';
import { UsageError } from './errors.ts';
import { parseWholeNumber } from './numbers.ts';

export interface VerifyFlags {
  readonly verify?: string;
  readonly verifySlots?: string;
  readonly verifyMode?: string;
}

/** The settings of verify: each flag wins over its setting. */
export function mergeVerify(flags: VerifyFlags, configured: Settings['verify']): Settings['verify'] {
  const command = flags.verify ?? configured?.command;
  if (command === undefined) {
    const flag = flags.verifySlots === undefined ? '--verify-mode' : '--verify-slots';
    if (flags.verifySlots === undefined && flags.verifyMode === undefined) return undefined;
    throw new UsageError(`${flag} needs a command to verify with: give one with --verify`);
  }
  const { verifySlots, verifyMode } = flags;
  if (verifyMode !== undefined && verifyMode !== 'chain' && verifyMode !== 'batch')
    throw new UsageError(`--verify-mode must be chain or batch, not ${verifyMode}`);
  return {
    ...configured,
    command,
    ...(verifySlots !== undefined && { slots: parseWholeNumber('--verify-slots', verifySlots) }),
    ...(verifyMode !== undefined && { mode: verifyMode }),
  };
}

export function verifySettings(verify: Settings['verify']): VerifySettings | undefined {
  if (!verify) return undefined;
  const { timeout, ...others } = verify;
  return { ...others, ...(timeout !== undefined && { timeout: parseDuration(timeout) }) };
}
