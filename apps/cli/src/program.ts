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

/** The command line: all commands and flags, which parser, help, completion and docs/commands.md share. */
export function sageProgram(): Command {
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
  return program;
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
