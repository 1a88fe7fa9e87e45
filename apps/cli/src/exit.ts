import { EntryError, QueueStoppedError } from '@sage/commit-queue';
import { RepositoryError } from '@sage/git';
import { DuplicateIdError } from '@sage/graph';
import { WorkerCountError } from '@sage/scheduler';
import { BacklogError, CannotStartError } from '@sage/stream';
import { TicketIndexError } from '@sage/tickets';
import { CannotCheckError } from '@sage/validate';
import { AgentError, SettingError } from '@sage/workers';
import { CommanderError } from 'commander';
import { ConfigError, UsageError } from './errors.ts';
import { printable } from './printable.ts';

/** Exit codes of `sage`, the same for every command. */
export const EXIT = {
  ok: 0,
  unfinished: 1,
  wrongInput: 2,
  stopped: 3,
  internal: 70,
  interrupted: 130,
} as const;

const WRONG_INPUT = [
  AgentError,
  BacklogError,
  CannotCheckError,
  CannotStartError,
  ConfigError,
  DuplicateIdError,
  EntryError,
  RepositoryError,
  SettingError,
  TicketIndexError,
  UsageError,
  WorkerCountError,
];

/** What a failed command says on stderr, and how it exits: one line for what a person can mend, else the stack. */
export function describeFailure(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommanderError) {
    // Help and version have been printed; where no command was given, help went to stderr.
    if (error.exitCode === 0) return { message: '', exitCode: EXIT.ok };
    if (error.code === 'commander.help') return { message: '', exitCode: EXIT.wrongInput };
    return { message: line(error.message.replace(/^error: /, '')), exitCode: EXIT.wrongInput };
  }
  if (error instanceof QueueStoppedError) return { message: line(error.message), exitCode: EXIT.stopped };
  if (error instanceof Error && WRONG_INPUT.some((known) => error instanceof known)) {
    return { message: line(error.message), exitCode: EXIT.wrongInput };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `internal error, please report it: ${stack}\n`, exitCode: EXIT.internal };
}

function line(message: string): string {
  return `ERROR: ${printable(message)}\n`;
}
