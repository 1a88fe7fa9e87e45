import { cp, mkdir, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { outputTail } from '../process/output-tail.ts';
import { describeExit, runStep, type StepContext, type StepEnd } from '../process/step.ts';
import type { WorktreeSettings } from './worktree-settings.ts';
import type { UsedWorktree } from './used-worktree.ts';

/**
 * Copies files and runs the setup that the project asked for. Returns why the worktree is not ready, if it is not.
 */
export async function setUp(
  worktree: UsedWorktree,
  root: string,
  { copy = [], setup, outsideSandbox }: WorktreeSettings,
  context: StepContext,
): Promise<string | undefined> {
  await copyInto(worktree.path, root, copy);
  if (outsideSandbox?.setup !== undefined) {
    const outside = inCheckout(root, context);
    const fault = await faultOf('setup', await runStep('setup-outside', outsideSandbox.setup, outside));
    if (fault !== undefined) return fault;
  }
  if (setup === undefined) return undefined;
  const fault = await faultOf('setup', await runStep('setup', setup, context));
  if (fault !== undefined) return fault;
  // Changes by the setup, except to ignored files, would otherwise land with every ticket.
  await worktree.putBack(worktree.base);
  await copyInto(worktree.path, root, copy);
  return undefined;
}

async function faultOf(name: string, { exit, outputFile }: StepEnd): Promise<string | undefined> {
  const fault = describeExit(exit);
  if (fault === undefined) return undefined;
  const last = (await outputTail(outputFile)).at(-1);
  return `${name} ${fault}${last === undefined ? '' : `: ${last}`}`;
}

/** Runs the teardown. A failure has no effect; the output is in its log. Skipped if everything has to end at once. */
export async function tearDown(
  root: string,
  { teardown, outsideSandbox }: WorktreeSettings,
  context: StepContext,
): Promise<void> {
  if (context.killSignal?.aborted) return;
  // Stopping a run ends its agents, but what was set up for them must still be torn down.
  const last = { ...context, signal: context.killSignal };
  if (teardown !== undefined) await runStep('teardown', teardown, last).catch(() => {});
  if (outsideSandbox?.teardown === undefined || context.killSignal?.aborted) return;
  await runStep('teardown-outside', outsideSandbox.teardown, inCheckout(root, last)).catch(() => {});
}

/** Runs in the checkout, because in the worktree it would run what an agent wrote. */
function inCheckout(root: string, context: StepContext): StepContext {
  const environment = { ...context.environment, SAGE_WORKTREE_PATH: context.cwd };
  return { ...context, cwd: root, environment, wrap: undefined };
}

async function copyInto(worktree: string, root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const to = join(worktree, path);
    const parent = await nearestFolder(dirname(to));
    // A symlink in place of a folder would lead out of the worktree.
    if (parent !== worktree && !parent.startsWith(`${worktree}/`))
      throw new Error(`${JSON.stringify(path)} cannot be copied: its folder is a link out of the worktree`);
    await mkdir(dirname(to), { recursive: true });
    await cp(join(root, path), to, { recursive: true, force: true, verbatimSymlinks: true });
  }
}

/** The nearest existing folder around a path, with links resolved. */
async function nearestFolder(folder: string): Promise<string> {
  return realpath(folder).catch(() => nearestFolder(dirname(folder)));
}
