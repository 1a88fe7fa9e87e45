import { createRequire } from 'node:module';
import { Command } from 'commander';
import { abandonCommand } from './commands/abandon.ts';
import { backlogCommands } from './commands/backlog.ts';
import { cleanCommand } from './commands/clean.ts';
import { completionCommands } from './commands/completion.ts';
import { controlCommands } from './commands/control.ts';
import { graphCommand } from './commands/graph.ts';
import { initCommand } from './commands/init.ts';
import { historyCommand } from './commands/history.ts';
import { logsCommand } from './commands/logs.ts';
import { queueCommand } from './commands/queue.ts';
import { reportCommand } from './commands/report.ts';
import { statusCommand } from './commands/status.ts';
import { streamCommand } from './commands/stream.ts';
import { trustCommand } from './commands/trust.ts';
import { validateCommand } from './commands/validate.ts';
import { watchCommand } from './commands/watch.ts';
import { describeFailure } from './exit.ts';

/** Runs the command line; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that went away (`sage ... | head`) must not end a run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const program = new Command('sage')
      .description(
        'Runs a backlog of tickets in parallel with coding agents and lands the results on one branch.',
      )
      .version(version(), '-V, --version')
      .showSuggestionAfterError()
      .exitOverride()
      .configureOutput({ outputError: () => {} });
    const commands = [
      streamCommand(),
      initCommand(),
      ...backlogCommands(),
      statusCommand(),
      watchCommand(),
      logsCommand(),
      reportCommand(),
      historyCommand(),
      ...controlCommands(),
      abandonCommand(),
      cleanCommand(),
      validateCommand(),
      graphCommand(),
      queueCommand(),
      trustCommand(),
    ];
    for (const command of commands) {
      program.addCommand(command.copyInheritedSettings(program));
    }
    for (const command of completionCommands(program))
      program.addCommand(command.copyInheritedSettings(program), { hidden: command.name().startsWith('_') });
    await program.parseAsync(directoryLast(args), { from: 'user' });
  } catch (error) {
    const { message, exitCode } = describeFailure(error);
    process.stderr.write(message);
    process.exitCode = exitCode;
  }
}

/** `sage -C DIR COMMAND` is `sage COMMAND -C DIR`. */
function directoryLast(args: readonly string[]): readonly string[] {
  const [flag, directory, ...rest] = args;
  return flag === '-C' && directory !== undefined ? [...rest, flag, directory] : args;
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
