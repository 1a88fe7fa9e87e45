import type { Command } from 'commander';
import { commandLine, quoted, type TypedOptions } from './command-line.ts';
import { logsLine } from './logs-line.ts';
import type { TypedFlags } from './stream-settings.ts';

/** Lines for a shell that go on after a run, as they stand. */
export interface NextCommands {
  readonly resume: string;
  readonly retryDeferred: string;
  /** Tries one ticket again. */
  readonly retry: (ticket: string) => string;
  /** Shows the log of a ticket. */
  readonly logs: (ticket: string, attempt?: number) => string;
  /** Git on this repository. */
  readonly git: string;
  /** Shows the report of the run. */
  readonly report: string;
  /** Opens a pull request of the run's branch. */
  readonly pr: string;
}

/** `command`: that of `sage stream`; `directory`: what was typed after -C; `typed`: the flags of the run. */
export function nextCommands(command: Command, directory: string, typed: TypedFlags): NextCommands {
  const where: TypedOptions = directory === '.' ? {} : { C: directory };
  const lasting = { ...typed, dryRun: undefined, explain: undefined };
  const retry = lasting.only === undefined ? { ...lasting, retryDeferred: true } : lasting;
  const line = (options: object) => commandLine(command, ['sage', 'stream'], { ...where, ...options });
  return {
    logs: (ticket, attempt) => logsLine(directory, ticket, attempt),
    git: directory === '.' ? 'git' : `git -C ${quoted(directory)}`,
    report: commandLine(command, ['sage', 'report'], where),
    pr: commandLine(command, ['sage', 'pr'], where),
    resume: line({ resume: true }),
    retryDeferred: line(retry),
    retry: (ticket) => line({ ...lasting, retryDeferred: undefined, component: undefined, only: ticket }),
  };
}
