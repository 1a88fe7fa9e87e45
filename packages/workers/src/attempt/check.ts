import { join, relative } from 'node:path';
import { makeFolderWithin } from '@sage/git';
import { MachineError } from '../errors.ts';
import { processMark } from '../process/end-processes.ts';
import { outputTail } from '../process/output-tail.ts';
import { fullFileSystem } from '../process/room.ts';
import { checkEnvironment } from '../process/allowed-environment.ts';
import { confineCommands } from './confine.ts';
import { describeExit, runStep, type StepContext } from '../process/step.ts';
import { setUp, tearDown } from '../worktree/worktree-hooks.ts';
import type { WorkerContext } from './worker-context.ts';
import { worktreeEnvironment } from './worktree-environment.ts';

export interface CheckRequest {
  readonly run: string;
  /** A shell line; exit status 0 means that the commit is good. */
  readonly command: string;
  readonly commit: string;
  /** Wall-clock limit in milliseconds; that of an attempt by default. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Whether another machine may run it. */
  readonly elsewhere?: boolean;
}

export interface CheckResult {
  readonly ok: boolean;
  /** The last lines of its output. */
  readonly output: string;
  /** A file with its whole output, relative to the top of the repository. */
  readonly log: string;
}

/** A check with more bytes of output, or more processes at a time, is considered out of control. */
const MAX_OUTPUT_BYTES = 2 ** 28;
const MAX_PROCESSES = 1000;

/** How many lines of a failed check's output are reported. */
const OUTPUT_LINES = 40;

/** @throws {MachineError} if the commit cannot be judged. */
export async function runCheck(
  { run, command, commit, signal, ...limits }: CheckRequest,
  worker: WorkerContext,
): Promise<CheckResult> {
  const { repository, worktrees, settings, masker, timeout } = worker;
  const directory = join(worker.runDirectory, 'verify', commit);
  await makeFolderWithin(directory);
  const worktree = await worktrees.take('verify', commit, commit);
  const context: StepContext = {
    ...(await confineCommands(worker, worktree)),
    cwd: worktree.path,
    environment: {
      ...checkEnvironment(worker.variables, worker.allowed),
      ...worktreeEnvironment(worktree, worktrees.directory),
    },
    masker,
    mark: processMark(run, worktree.name),
    directory,
    timeout: limits.timeout ?? timeout,
    maxOutput: MAX_OUTPUT_BYTES,
    maxProcesses: MAX_PROCESSES,
    signal,
    killSignal: signal,
  };
  let ok = false;
  try {
    const unready = await setUp(worktree, repository.root, settings, context);
    if (unready !== undefined) throw new MachineError(unready);
    const { exit, outputFile } = await runStep('verify', command, context);
    ok = exit.ended === 'exited' && exit.exitCode === 0;
    const full = ok ? undefined : await fullFileSystem([worktree.path, directory]);
    if (full !== undefined) throw new MachineError(`verify could not be run: ${full}`);
    const lines = (await outputTail(outputFile)).slice(-OUTPUT_LINES);
    if (exit.ended !== 'exited') lines.push(`(it ${describeExit(exit)}, and was ended)`);
    const explained = ok ? undefined : context.explain?.(lines);
    if (explained !== undefined) lines.push(`(${explained})`);
    return { ok, output: lines.join('\n'), log: relative(repository.root, outputFile) };
  } finally {
    await tearDown(repository.root, settings, context);
    // Files left by a failed check, including ignored ones, must not affect the next check.
    await worktree.giveBack({ discard: !ok });
  }
}
