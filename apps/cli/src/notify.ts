import { spawn } from 'node:child_process';
import type { Ask } from '@sage/stream';
import { userShell } from '@sage/workers';
import type { Reporter } from './reporters/reporter.ts';

/** A command that takes longer does not delay the end of a run. */
const TIMEOUT_MS = 10_000;
/** Terminals that show the text of OSC 9 as a notification. Others may print it. */
const SHOWS_TEXT = /iTerm|WezTerm|ghostty|kitty/i;
const BELL = '\u0007';

export interface NotifyOptions {
  /** A shell line that receives the event as JSON on stdin. */
  readonly command: string | undefined;
  /** Top of the repository. */
  readonly root: string;
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly environment: NodeJS.ProcessEnv;
}

/** Notifies a person, by the terminal's bell and by the command, that a run is over or waits for them. */
export class Notifier {
  readonly #options: NotifyOptions;
  readonly #running: Promise<void>[] = [];

  constructor(options: NotifyOptions) {
    this.#options = options;
  }

  reporter(reporter: Reporter): Reporter {
    return {
      ...reporter,
      event: (event) => {
        reporter.event(event);
        if (event.event === 'run.finished') this.#notify(`the run is over: ${event.outcome}`, event);
      },
    };
  }

  ask(ask: Ask): Ask {
    return (question) => {
      const { kind } = question;
      const tickets = 'tickets' in question ? question.tickets : [question.ticket];
      const ids = tickets.map(({ id }) => id);
      const value = kind === 'batch' ? { kind, tickets: ids } : { kind, ticket: ids[0] };
      this.#notify(`${ids.join(', ')}: waits for you`, { v: 2, event: 'question', ...value });
      return ask(question);
    };
  }

  /** Resolves when the commands have ended, or take too long. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #notify(text: string, value: unknown): void {
    const { command, stdout, environment } = this.#options;
    if (stdout.isTTY === true) stdout.write(signal(text, environment));
    if (command === undefined) return;
    this.#running.push(runCommand(command, `${JSON.stringify(value)}\n`, this.#options.root));
  }
}

function signal(text: string, { TERM_PROGRAM, TERM = '', WT_SESSION }: NodeJS.ProcessEnv): string {
  const shows = SHOWS_TEXT.test(TERM_PROGRAM ?? '') || SHOWS_TEXT.test(TERM) || WT_SESSION !== undefined;
  return shows ? `\u001B]9;sage: ${text.replaceAll(/\p{Cc}/gu, ' ')}${BELL}` : BELL;
}

/** Its exit code and its output are ignored. */
function runCommand(command: string, input: string, cwd: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(userShell(), ['-c', command], {
      cwd,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: TIMEOUT_MS,
    });
    child.on('error', () => resolve());
    child.on('close', () => resolve());
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
