import { EntryError, QueueStoppedError, UnfinishedLandingError } from '@sage/commit-queue';
import { RepositoryError } from '@sage/git';
import { DuplicateIdError } from '@sage/graph';
import { NoSuchRunError } from '@sage/journal';
import { WorkerCountError } from '@sage/scheduler';
import {
  BacklogError,
  CannotStartError,
  NoLogError,
  NoRunError,
  NoTicketError,
  SourceError,
} from '@sage/stream';
import { TicketIndexError } from '@sage/tickets';
import { CannotCheckError } from '@sage/validate';
import { AgentError, MachineError, SettingError } from '@sage/workers';
import { CommanderError } from 'commander';
import { ConfigError, PullRequestError, UntrustedError, UsageError } from './errors.ts';
import { EXIT } from './exit.ts';
import { printable } from './printable.ts';

const WRONG_INPUT = [
  AgentError,
  BacklogError,
  CannotCheckError,
  CannotStartError,
  ConfigError,
  DuplicateIdError,
  EntryError,
  NoLogError,
  NoRunError,
  NoSuchRunError,
  NoTicketError,
  RepositoryError,
  SettingError,
  SourceError,
  TicketIndexError,
  UntrustedError,
  UsageError,
  WorkerCountError,
];

/** Started work is kept, and can be finished later. */
const STOPPED = [MachineError, PullRequestError, QueueStoppedError, UnfinishedLandingError];

/** What the system may refuse, and what to do about it. */
const REFUSED: Readonly<Record<string, string>> = {
  ENOSPC: 'free some disk space, then try again',
  EDQUOT: 'free some disk space, then try again',
  EROFS: 'make the file system writable, then try again',
  EMFILE: 'allow more open files (ulimit -n), then try again',
  ENFILE: 'close other programs, then try again',
  EFBIG: 'allow larger files (ulimit -f), then try again',
  EACCES: 'give yourself access, then try again',
  EPERM: 'give yourself access, then try again',
};

/**
 * The message for stderr and the exit code of a failed command. Errors that a person can fix become one line, others
 * a stack trace.
 */
export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommanderError) {
    // No command was given. The help has been printed to stderr.
    if (error.code === 'commander.help') return { message: '', exitCode: EXIT.wrongInput };
    return { message: line(error.message.replace(/^error: /, '')), exitCode: EXIT.wrongInput };
  }
  if (STOPPED.some((known) => error instanceof known) && error instanceof Error)
    return { message: line(error.message), exitCode: EXIT.stopped };
  // Recognised by name, because its package is only loaded for runs with other machines.
  const isCluster = error instanceof Error && error.name === 'ClusterError';
  if (error instanceof Error && (isCluster || WRONG_INPUT.some((known) => error instanceof known))) {
    return { message: line(error.message), exitCode: EXIT.wrongInput };
  }
  // The first failure; the suppressed one happened while cleaning up after it.
  if (error instanceof Error && error.name === 'SuppressedError' && 'suppressed' in error)
    return describeFailure(error.suppressed);
  const advice = adviceOn(error);
  if (error instanceof Error && advice !== undefined)
    return { message: line(`${error.message}: ${advice}`), exitCode: EXIT.stopped };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `internal error, please report it: ${stack}\n`, exitCode: EXIT.internal };
}

/** Advice based on the error, or on its cause. */
function adviceOn(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  return Object.hasOwn(REFUSED, code) ? REFUSED[code] : adviceOn(error.cause);
}

function line(message: string): string {
  return `ERROR: ${printable(message)}\n`;
}
