import { Argument, Command } from 'commander';
import { candidates, type Known } from '../completion/candidates.ts';
import { COMPLETION_SCRIPTS } from '../completion/scripts.ts';
import { EXIT } from '../exit.ts';

/** Values for the repository that the shell is in. Does not read a configuration, because it may be a program. */
const KNOWN: Known = {
  tickets: async () => (await import('../completion/known.ts')).knownTickets(),
  agents: async () => (await import('../completion/known.ts')).knownAgents(),
  runs: async () => (await import('../completion/known.ts')).knownRuns(),
  sources: async () => (await import('../completion/known.ts')).knownSources(),
};

/** `programFor` returns the command line program for these words. */
export function completionCommands(programFor: (words: readonly string[]) => Promise<Command>): Command[] {
  const shells = Object.keys(COMPLETION_SCRIPTS);
  const completion = new Command('completion')
    .description('print what completes words after sage in your shell')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText('after', '\nbash: add to ~/.bashrc: source <(sage completion bash)\n')
    .action((shell: string) => {
      process.stdout.write(COMPLETION_SCRIPTS[shell] ?? '');
      process.exitCode = EXIT.ok;
    });
  const complete = new Command('__complete')
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      // While typing, a person does not want to see errors.
      const found = await candidates(await programFor(words.length > 1 ? words : []), words, KNOWN).catch(
        () => [],
      );
      process.stdout.write(found.map((one) => `${one.replaceAll(/\p{Cc}/gu, '')}\n`).join(''));
      process.exitCode = EXIT.ok;
    });
  return [completion, complete];
}
