import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProcessMark } from './end-processes.ts';
import type { Masker } from './secrets.ts';
import { supervise, type SupervisedExit } from './supervise.ts';

/** What all commands that run in a worktree during one use of it have in common. */
export interface StepContext {
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly wrap?: readonly string[] | undefined;
  readonly masker?: Masker | undefined;
  readonly mark: ProcessMark;
  /** Where their output goes: `<name>.log`. */
  readonly directory: string;
  /** Wall-clock limit of each in milliseconds. */
  readonly timeout: number;
  readonly maxOutput?: number;
  readonly maxProcesses?: number;
  readonly signal?: AbortSignal | undefined;
  readonly hurry?: AbortSignal | undefined;
}

export interface StepEnd {
  readonly exit: SupervisedExit;
  readonly outputFile: string;
}

/** Runs a shell line with an empty stdin; what it leaves running is ended. */
export async function runStep(name: string, command: string, context: StepContext): Promise<StepEnd> {
  const { directory, ...rest } = context;
  const outputFile = join(directory, `${name}.log`);
  await writeFile(outputFile, '');
  const exit = await supervise({ ...rest, command, inputFile: '/dev/null', outputFile });
  return { exit, outputFile };
}

/** How a command ended that should have ended with 0; undefined where it did. */
export function describeFailure({ ended, exitCode, killedBy, seconds }: SupervisedExit): string | undefined {
  if (ended === 'timeout') return `took longer than ${Math.round(seconds)} s, its limit`;
  if (ended === 'flooded') return 'printed more than its limit';
  if (ended === 'crowded') return 'started more processes than its limit';
  if (killedBy) return `was killed by ${killedBy}`;
  return exitCode === 0 ? undefined : `ended with exit code ${exitCode}`;
}
