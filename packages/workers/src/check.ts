import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { processMark, worktreeEnvironment } from './agent-environment.ts';
import { outputTail } from './output-tail.ts';
import { sandboxed, type SandboxSettings } from './sandbox.ts';
import type { Masker } from './secrets.ts';
import { describeFailure, runStep, type StepContext } from './step.ts';
import { setUp, tearDown } from './worktree-hooks.ts';
import type { WorktreeSettings } from './worktree-settings.ts';
import type { Worktrees } from './worktrees.ts';

export interface CheckRequest {
  readonly run: string;
  /** A shell line; its exit status 0 says that the commit is good. */
  readonly command: string;
  readonly commit: string;
  /** Wall-clock limit in milliseconds; that of an attempt where it is missing. */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal;
}

interface CheckOptions {
  readonly root: string;
  readonly worktrees: Worktrees;
  readonly settings: WorktreeSettings;
  readonly environment: readonly string[];
  readonly masker: Masker;
  readonly sandbox?: SandboxSettings | undefined;
  readonly runDirectory: string;
  readonly timeout: number;
}

/** Bytes of output, and processes at a time, from which a check is taken for one that has gone wild. */
const MOST_OUTPUT = 2 ** 28;
const MOST_PROCESSES = 1000;

/** Lines of a failed check's output that are told. */
const LINES = 40;

export async function runCheck(
  { run, command, commit, signal, ...limits }: CheckRequest,
  { root, worktrees, settings, environment: allowed, masker, sandbox, runDirectory, timeout }: CheckOptions,
): Promise<{ ok: boolean; output: string }> {
  const directory = join(runDirectory, 'verify', commit);
  await mkdir(directory, { recursive: true });
  const worktree = await worktrees.take('verify', commit, commit);
  const context: StepContext = {
    cwd: worktree.path,
    environment: worktreeEnvironment(process.env, allowed, worktree, worktrees.directory),
    masker,
    mark: processMark(run, worktree.name),
    directory,
    timeout: limits.timeout ?? timeout,
    maxOutput: MOST_OUTPUT,
    maxProcesses: MOST_PROCESSES,
    signal,
    hurry: signal,
  };
  let ok = false;
  try {
    const unready = await setUp(worktree, root, settings, context);
    if (unready !== undefined) return { ok, output: unready };
    const places = { root, worktree: worktree.path, writable: worktree.gitPlaces };
    const wrap = sandbox && sandboxed(sandbox, places);
    const { exit, outputFile } = await runStep('verify', command, { ...context, wrap });
    ok = exit.ended === 'exited' && exit.exitCode === 0;
    const lines = (await outputTail(outputFile)).slice(-LINES);
    if (exit.ended !== 'exited') lines.push(`(it ${describeFailure(exit)}, and was ended)`);
    return { ok, output: lines.join('\n') };
  } finally {
    await tearDown(settings, context);
    // What a refused commit left, ignored files included, is nothing to judge the next one by.
    await worktree.giveBack({ discard: !ok });
  }
}
