import { join } from 'node:path';
import type { CommandLimits, CommandRun } from './command-run.ts';
import type { ProcessMark } from './end-processes.ts';
import { replaceRegular } from './regular-file.ts';
import type { Masker } from './secrets.ts';
import { supervise, type SupervisedExit } from './supervise.ts';

/** The settings shared by all commands during one use of a worktree. */
export interface StepContext extends CommandRun, CommandLimits {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly wrap?: readonly string[];
  /** Explains whether the sandbox caused a failure, based on the command's output. */
  readonly explain?: ((output: readonly string[]) => string | undefined) | undefined;
  readonly masker?: Masker;
  readonly mark: ProcessMark;
  /** The directory for their output, in files `<name>.log`. */
  readonly directory: string;
}

export interface StepEnd {
  readonly exit: SupervisedExit;
  readonly outputFile: string;
}

/** Runs a shell line with an empty stdin, and ends whatever it leaves running. */
export async function runStep(name: string, command: string, context: StepContext): Promise<StepEnd> {
  const { directory, ...rest } = context;
  const outputFile = join(directory, `${name}.log`);
  await replaceRegular(outputFile, '');
  const exit = await supervise({ ...rest, command, inputFile: '/dev/null', outputFile });
  return { exit, outputFile };
}

/** Describes the failure of a command that should have exited with 0; undefined if it did. */
export function describeExit({ ended, exitCode, killedBy, seconds }: SupervisedExit): string | undefined {
  if (ended === 'timeout') return `took longer than ${Math.round(seconds)} s, its limit`;
  if (ended === 'output-limit') return 'printed more than its limit';
  if (ended === 'process-limit') return 'started more processes than its limit';
  if (ended === 'disk-limit') return 'wrote more to the disk than its limit';
  if (killedBy) return `was killed by ${killedBy}`;
  return exitCode === 0 ? undefined : `ended with exit code ${exitCode}`;
}
