import { withoutWorktree } from '@sage/git';
import type { Ask } from '@sage/stream';
import { interactiveAsk } from './interactive.ts';
import { canBeLive } from './live/can-be-live.ts';
import { liveRun } from './live/live-run.ts';
import type { NextCommands } from './next-commands.ts';
import { Notifier } from './notify.ts';
import { heldWhileAsking } from './reporters/held.ts';
import { jsonReporter } from './reporters/json.ts';
import { plainReporter } from './reporters/plain.ts';
import { quietReporter } from './reporters/quiet.ts';
import type { Reporter } from './reporters/reporter.ts';
import { screenOf } from './reporters/screen.ts';
import { withFailureExcerpts } from './reporters/with-failure-excerpts.ts';

export interface RunReporterOptions {
  readonly directory: string;
  /** Top of the repository. */
  readonly root: string;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether a terminal may show a live view. A run that asks before each step is its own view. */
  readonly live: boolean;
  readonly notify: string | undefined;
  readonly next: NextCommands;
}

/** How a run shows messages and asks questions on this process's streams. */
export interface RunReporter {
  readonly reporter: Reporter;
  readonly ask: Ask;
  /** Removes the view, and waits for notifications. */
  end(): Promise<void>;
}

export function runReporter(options: RunReporterOptions): RunReporter {
  const { directory, root, json, quiet, next } = options;
  const { stdin, stdout, stderr, env } = process;
  const screen = screenOf(stdout, env);
  const permanent = (out: { write(text: string): unknown }) => {
    const lines = withFailureExcerpts(
      plainReporter(out, screen, next),
      out,
      screen,
      next.logs,
      withoutWorktree(root),
    );
    return quiet ? quietReporter(lines) : lines;
  };
  const isLive = options.live && !json && !quiet && stdin.isTTY && canBeLive(stdout, env);
  const live = isLive
    ? liveRun({
        directory,
        stdout,
        stdin,
        permanent,
        interrupt: 'Ctrl-C stops the run',
        alone: (use) => held.during(use),
      })
    : undefined;
  const printer = live?.reporter ?? (json ? jsonReporter(stdout, stderr) : permanent(stdout));
  const bell = json ? { write: () => true } : stdout;
  const notifier = new Notifier({ command: options.notify, root, stdout: bell, environment: env });
  const onTerminal = interactiveAsk(root, stdout);
  const asking = live ? live.ask(onTerminal) : onTerminal;
  const held = heldWhileAsking(notifier.reporter(printer), notifier.ask(asking));
  return {
    reporter: held.reporter,
    ask: held.ask,
    async end() {
      live?.end();
      await notifier.settled();
    },
  };
}
