import { join } from 'node:path';
import type { CommandLimits, CommandRun } from './command-run.ts';
import type { ProcessMark } from './end-processes.ts';
import { replaceRegular } from './regular-file.ts';
import type { Masker } from './secrets.ts';
import { supervise, type SupervisedExit } from './supervise.ts';

/** What all commands that run in a worktree during one use of it have in common. */
export interface StepContext extends CommandRun, CommandLimits {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly wrap?: readonly string[];
  /** What the sandbox has to do with a failure, by what the command printed. */
  readonly explain?: ((output: readonly string[]) => string | undefined) | undefined;
  readonly masker?: Masker;
  readonly mark: ProcessMark;
  /** Where their output goes: `<name>.log`. */
  readonly directory: string;
}

export interface StepEnd {
  readonly exit: SupervisedExit;
  readonly outputFile: string;
}

/** Runs a shell line with an empty stdin; what it leaves running is ended. */
export async function runStep(name: string, command: string, context: StepContext): Promise<StepEnd> {
  const { directory, ...rest } = context;
  const outputFile = join(directory, `${name}.log`);
  await replaceRegular(outputFile, '');
  const exit = await supervise({ ...rest, command, inputFile: '/dev/null', outputFile });
  return { exit, outputFile };
}

/** How a command ended that should have ended with 0; undefined where it did. */
export function describeExit({ ended, exitCode, killedBy, seconds }: SupervisedExit): string | undefined {
  if (ended === 'timeout') return `took longer than ${Math.round(seconds)} s, its limit`;
  if (ended === 'output-limit') return 'printed more than its limit';
  if (ended === 'process-limit') return 'started more processes than its limit';
  if (ended === 'disk-limit') return 'wrote more to the disk than its limit';
  if (killedBy) return `was killed by ${killedBy}`;
  return exitCode === 0 ? undefined : `ended with exit code ${exitCode}`;
}
