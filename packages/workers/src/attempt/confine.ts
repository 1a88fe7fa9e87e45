import { agentState, stateFolder } from '../sandbox/agent-state.ts';
import type { StatePlace } from '../agents/agent.ts';
import { withoutAbstractSockets } from '../sandbox/abstract-sockets.ts';
import { bubblewrap } from '../sandbox/bubblewrap.ts';
import { withoutInheritedFiles } from '../sandbox/inherited-files.ts';
import { withoutLaterMounts } from '../sandbox/private-mounts.ts';
import type { StepContext } from '../process/step.ts';
import { explainRefusedSocket } from '../sandbox/refused-sockets.ts';
import { makeWritable, sandboxed } from '../sandbox/sandbox.ts';
import { writeCallFilter } from '../sandbox/call-filter-file.ts';
import type { UsedWorktree } from '../worktree/used-worktree.ts';
import type { AttemptFiles } from './attempt-files.ts';
import type { WorkerContext } from './worker-context.ts';

/** The wrapper that confines commands; empty without a sandbox. */
export type Confinement = Pick<StepContext, 'wrap' | 'explain'>;

/** Setup, checks and teardown of a worktree run what agents wrote, so they are confined like agents. */
export async function confineCommands(
  context: WorkerContext,
  worktree: UsedWorktree,
  files?: AttemptFiles,
): Promise<Confinement> {
  return context.sandbox ? confined(context, await words(context, worktree, files)) : {};
}

/** Like commands, plus the folders where the agent keeps its settings and sessions. */
export async function confineAgent(
  context: WorkerContext,
  state: readonly StatePlace[],
  worktree: UsedWorktree,
  { files, holder }: { readonly files: AttemptFiles; readonly holder: string },
): Promise<Confinement> {
  if (!context.sandbox) return {};
  const own = await agentState(state, stateFolder(context.worktrees.directory, holder), context.variables);
  return confined(context, await words(context, worktree, files, own));
}

function confined({ sandbox = {} }: WorkerContext, wrap: readonly string[]): Confinement {
  return { wrap, explain: (output) => explainRefusedSocket(output, sandbox) };
}

async function words(
  { sandbox = {}, repository, variables, worktrees }: WorkerContext,
  { path }: UsedWorktree,
  files?: AttemptFiles,
  state: readonly string[] = [],
): Promise<string[]> {
  const { root, commonDir } = repository;
  await makeWritable(sandbox.writable ?? [], variables);
  return sandboxed(sandbox, {
    program: bubblewrap(root),
    root,
    commonDir,
    worktree: path,
    readable: files ? [files.directory] : [],
    writable: files ? [files.resultFolder] : [],
    state,
    scope: withoutAbstractSockets(sandbox, root),
    outer: [...withoutInheritedFiles(root), ...withoutLaterMounts(root)],
    filter: await writeCallFilter(worktrees.directory, sandbox),
    variables,
  });
}
