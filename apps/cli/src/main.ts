import { CommanderError } from 'commander';
import { sageProgram } from './program.ts';

/** Runs the command line; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that ends early (`sage ... | head`) must not end a run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const words = directoryLast(args);
    const program = await sageProgram(words);
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    // Help or version was printed.
    if (error instanceof CommanderError && error.exitCode === 0) return;
    const { describeFailure } = await import('./describe-failure.ts');
    const { message, exitCode } = describeFailure(error);
    process.stderr.write(message);
    process.exitCode = exitCode;
  }
}

/** Turns `sage -C DIR COMMAND` into `sage COMMAND -C DIR`. */
function directoryLast(args: readonly string[]): readonly string[] {
  const [flag, directory, ...rest] = args;
  return flag === '-C' && directory !== undefined ? [...rest, flag, directory] : args;
}
