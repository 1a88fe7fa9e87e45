import { resolve } from 'node:path';
import { openRepository, withoutWorktree } from '@sage/git';
import { followRun } from '@sage/journal';
import { activeRun } from '@sage/stream';
import { Command } from 'commander';
import { EXIT } from '../exit.ts';
import { canBeLive } from '../live/can-be-live.ts';
import { liveRun } from '../live/live-run.ts';
import { heldWhileAsking } from '../reporters/held.ts';
import { plainReporter } from '../reporters/plain.ts';
import { screenOf } from '../reporters/screen.ts';
import { withFailureExcerpts } from '../reporters/with-failure-excerpts.ts';
import { commandsOfRun } from './run-commands.ts';

export function watchCommand(): Command {
  return new Command('watch')
    .description('follow the active run from another terminal, with its keys; Ctrl-C ends the view only')
    .option('-C <dir>', 'work on the repository in this directory', '.')
    .action(async ({ C }: { readonly C: string }) => {
      await watch(C);
      process.exitCode = EXIT.ok;
    });
}

/** Shows the active run until it ends. `typed` is the value of -C. */
export async function watch(typed: string): Promise<void> {
  const directory = resolve(typed);
  const repository = await openRepository(directory);
  const { run } = await activeRun(repository);
  const { stdin, stdout } = process;
  const next = await commandsOfRun(repository.root, run, typed);
  const screen = screenOf(stdout, process.env);
  const permanent = (out: { write(text: string): unknown }) =>
    withFailureExcerpts(
      plainReporter(out, screen, next),
      out,
      screen,
      next.logs,
      withoutWorktree(repository.root),
    );
  const live =
    stdin.isTTY && canBeLive(stdout, process.env)
      ? liveRun({
          directory,
          stdout,
          stdin,
          permanent,
          interrupt: 'Ctrl-C ends this view',
          alone: (use) => held.during(use),
        })
      : undefined;
  const held = heldWhileAsking(live?.reporter ?? permanent(stdout));
  const { reporter } = held;
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    for await (const event of followRun(repository.root, run, { signal: stop.signal })) reporter.event(event);
  } finally {
    process.off('SIGINT', onInterrupt);
    live?.end();
  }
}
