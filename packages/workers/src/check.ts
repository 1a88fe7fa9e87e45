import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processMark } from './agent-environment.ts';
import { outputTail } from './output-tail.ts';
import { supervise } from './supervise.ts';
import type { Worktrees } from './worktrees.ts';

export interface CheckRequest {
  readonly run: string;
  /** A shell line; its exit status 0 says that the commit is good. */
  readonly command: string;
  readonly commit: string;
  readonly signal?: AbortSignal;
}

interface CheckOptions {
  readonly worktrees: Worktrees;
  readonly runDirectory: string;
  readonly timeout: number;
}

/** Lines of a failed check's output that are told. */
const LINES = 40;

export async function runCheck(
  { run, command, commit, signal }: CheckRequest,
  { worktrees, runDirectory, timeout }: CheckOptions,
): Promise<{ ok: boolean; output: string }> {
  const directory = join(runDirectory, 'verify');
  await mkdir(directory, { recursive: true });
  const inputFile = join(directory, 'empty');
  const outputFile = join(directory, `${commit}.log`);
  await Promise.all([writeFile(inputFile, ''), writeFile(outputFile, '')]);
  const worktree = await worktrees.take('verify', commit, commit);
  let ok = false;
  try {
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(GIT|SAGE)_/.test(name)),
    );
    const exit = await supervise({
      command,
      cwd: worktree.path,
      environment: { ...environment, GIT_CEILING_DIRECTORIES: worktrees.directory },
      mark: { ...processMark(run), SAGE_WORKER_ID: 'verify' },
      inputFile,
      outputFile,
      timeout,
      signal,
      hurry: signal,
    });
    ok = exit.ended === 'exited' && exit.exitCode === 0;
    const lines = (await outputTail(outputFile)).slice(-LINES);
    if (exit.ended === 'timeout') lines.push(`(ended after ${Math.round(exit.seconds)} s, its limit)`);
    return { ok, output: lines.join('\n') };
  } finally {
    // What a refused commit left, ignored files included, is nothing to judge the next one by.
    await worktree.giveBack({ discard: !ok });
  }
}
