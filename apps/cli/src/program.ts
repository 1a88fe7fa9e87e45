import { createRequire } from 'node:module';
import { Command } from 'commander';

interface CommandFile {
  readonly names: readonly string[];
  readonly load: () => Promise<readonly Command[]>;
}

/** In the order of the help. A file is only loaded, with everything it needs, if one of its commands is used. */
const COMMANDS: readonly CommandFile[] = [
  { names: ['stream'], load: async () => [(await import('./commands/stream.ts')).streamCommand()] },
  { names: ['init'], load: async () => [(await import('./commands/init.ts')).initCommand()] },
  {
    names: ['list', 'show', 'next', 'add'],
    load: async () => (await import('./commands/backlog.ts')).backlogCommands(),
  },
  {
    names: ['import', 'plan', 'export'],
    load: async () => (await import('./commands/convert.ts')).convertCommands(),
  },
  { names: ['status'], load: async () => [(await import('./commands/status.ts')).statusCommand()] },
  { names: ['watch'], load: async () => [(await import('./commands/watch.ts')).watchCommand()] },
  { names: ['logs'], load: async () => [(await import('./commands/logs.ts')).logsCommand()] },
  { names: ['report'], load: async () => [(await import('./commands/report.ts')).reportCommand()] },
  { names: ['pr'], load: async () => [(await import('./commands/pr.ts')).prCommand()] },
  { names: ['history'], load: async () => [(await import('./commands/history.ts')).historyCommand()] },
  {
    names: ['pause', 'resume', 'workers', 'stop', 'skip'],
    load: async () => (await import('./commands/control.ts')).controlCommands(),
  },
  { names: ['worker'], load: async () => [(await import('./commands/worker.ts')).workerCommand()] },
  { names: ['retry'], load: async () => [(await import('./commands/retry.ts')).retryCommand()] },
  { names: ['abandon'], load: async () => [(await import('./commands/abandon.ts')).abandonCommand()] },
  { names: ['clean'], load: async () => [(await import('./commands/clean.ts')).cleanCommand()] },
  { names: ['validate'], load: async () => [(await import('./commands/validate.ts')).validateCommand()] },
  { names: ['graph'], load: async () => [(await import('./commands/graph.ts')).graphCommand()] },
  { names: ['queue'], load: async () => [(await import('./commands/queue.ts')).queueCommand()] },
  { names: ['trust'], load: async () => [(await import('./commands/trust.ts')).trustCommand()] },
  {
    names: ['completion', '__complete'],
    load: async () => (await import('./commands/completion.ts')).completionCommands(sageProgram),
  },
];

/**
 * The command line with all commands and flags, shared by parser, help, completion and docs/commands.md. If the
 * arguments begin with a command, it contains only that one; for `--version` none.
 */
export async function sageProgram(args: readonly string[] = []): Promise<Command> {
  const program = new Command('sage')
    .description(
      'Runs a backlog of tickets in parallel with coding agents and lands the results on one branch.',
    )
    .version(version(), '-V, --version')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({ outputError: () => {} });
  for (const { load } of meant(args))
    for (const command of await load())
      program.addCommand(command.copyInheritedSettings(program), { hidden: command.name().startsWith('_') });
  return program;
}

function meant([first = '']: readonly string[]): readonly CommandFile[] {
  if (first === '--version' || first === '-V') return [];
  const named = COMMANDS.filter(({ names }) => names.includes(first));
  return named.length > 0 ? named : COMMANDS;
}

function version(): string {
  return (createRequire(import.meta.url)('../package.json') as { version: string }).version;
}
