import type { Command } from 'commander';
import { commandLine, quoted, type TypedOptions } from './command-line.ts';
import { logsLine } from './logs-line.ts';
import type { TypedFlags } from './stream-settings.ts';

/** Shell lines for use after a run. */
export interface NextCommands {
  readonly resume: string;
  /** Tries the tickets again that the run has deferred. */
  readonly retryDeferred: (deferred: readonly string[]) => string;
  /** Tries these tickets again. */
  readonly retry: (tickets: readonly string[]) => string;
  /** Shows the log of a ticket. */
  readonly logs: (ticket: string, attempt?: number) => string;
  /** Git for this repository. */
  readonly git: string;
  /** Shows the report of the run. */
  readonly report: string;
  /** Opens a pull request for the run's branch. */
  readonly pr: string;
}

/**
 * `command` is that of `sage stream`, `directory` the value of -C, and `typed` the flags of the run. `isNewest` says
 * that it is the newest run, whose flags `sage retry` uses.
 */
export function nextCommands(
  command: Command,
  directory: string,
  typed: TypedFlags,
  isNewest: boolean,
): NextCommands {
  const where: TypedOptions = directory === '.' ? {} : { C: directory };
  const lasting = { ...typed, dryRun: undefined, explain: undefined };
  const line = (options: object) => commandLine(command, ['sage', 'stream'], { ...where, ...options });
  return {
    logs: (ticket, attempt) => logsLine(directory, ticket, attempt),
    git: directory === '.' ? 'git' : `git -C ${quoted(directory)}`,
    report: commandLine(command, ['sage', 'report'], where),
    pr: commandLine(command, ['sage', 'pr'], where),
    resume: line({ target: typed.target, resume: true }),
    retryDeferred(deferred) {
      if (!isNewest) return line(lasting.only === undefined ? { ...lasting, retryDeferred: true } : lasting);
      const isSelection = lasting.only !== undefined || lasting.component !== undefined;
      return retryLine(directory, isSelection ? deferred : []);
    },
    retry: (tickets) =>
      isNewest
        ? retryLine(directory, tickets)
        : line({ ...lasting, retryDeferred: undefined, component: undefined, only: tickets.join(',') }),
  };
}

/** Without tickets, retries all deferred ones. */
function retryLine(directory: string, tickets: readonly string[]): string {
  const where = directory === '.' ? [] : ['-C', quoted(directory)];
  // An id may look like a flag.
  const end = tickets.some((ticket) => ticket.startsWith('-')) ? ['--'] : [];
  return ['sage', 'retry', ...where, ...end, ...tickets.map(quoted)].join(' ');
}
