import { cp, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputTail } from '../process/output-tail.ts';
import { describeExit, runStep, type StepContext } from '../process/step.ts';
import type { WorktreeSettings } from './worktree-settings.ts';
import type { UsedWorktree } from './worktrees.ts';

/** Copies and installs what the project asked for. Returns why the worktree is not ready, where it is not. */
export async function setUp(
  worktree: UsedWorktree,
  root: string,
  { copy = [], setup }: WorktreeSettings,
  context: StepContext,
): Promise<string | undefined> {
  await copyInto(worktree.path, root, copy);
  if (setup === undefined) return undefined;
  const { exit, outputFile } = await runStep('setup', setup, context);
  const fault = describeExit(exit);
  if (fault !== undefined) {
    const last = (await outputTail(outputFile)).at(-1);
    return `setup ${fault}${last === undefined ? '' : `: ${last}`}`;
  }
  // What it changed besides ignored files would land with every ticket.
  await worktree.putBack(worktree.base);
  await copyInto(worktree.path, root, copy);
  return undefined;
}

/** Its failure changes nothing: its output is in its log. Left out where everything has to end at once. */
export async function tearDown({ teardown }: WorktreeSettings, context: StepContext): Promise<void> {
  if (teardown === undefined || context.killSignal?.aborted) return;
  // Stopping a run stops its agents; what they set up is still to be put away.
  await runStep('teardown', teardown, { ...context, signal: context.killSignal }).catch(() => {});
}

async function copyInto(worktree: string, root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const to = join(worktree, path);
    const parent = await nearestFolder(dirname(to));
    // A symlink in the place of a folder would lead out of the worktree.
    if (parent !== worktree && !parent.startsWith(`${worktree}/`))
      throw new Error(`${JSON.stringify(path)} cannot be copied: its folder is a link out of the worktree`);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(root, path), to, { recursive: true, force: true, verbatimSymlinks: true });
  }
}

/** Without links: of the folders above a path, the lowest that is there. */
async function nearestFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => nearestFolder(dirname(folder)));
}
