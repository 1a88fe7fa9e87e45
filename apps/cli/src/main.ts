import { describeFailure } from './exit.ts';
import { sageProgram } from './program.ts';

/** Runs the command line; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that went away (`sage ... | head`) must not end a run.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    await sageProgram().parseAsync(directoryLast(args), { from: 'user' });
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
