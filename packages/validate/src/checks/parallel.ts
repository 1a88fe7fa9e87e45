import type { Finding } from '../finding.ts';
import { checkAgent } from '../prerequisites/agent.ts';
import type { AgentProgram } from '../prerequisites/agent.ts';
import { checkFolders } from '../prerequisites/folders.ts';
import { checkGit } from '../prerequisites/git-version.ts';
import { checkCores, checkDisk, checkOpenFiles } from '../prerequisites/machine.ts';
import { checkSandbox, type Sandbox } from '../prerequisites/sandbox.ts';
import { checkWorkflowMode } from '../prerequisites/workflow-mode.ts';
import type { Parallelisation } from '../report.ts';

export interface Surroundings {
  readonly root: string;
  /** The directory for worktrees. */
  readonly worktrees: string;
  readonly cores: number;
  readonly workers: number;
  readonly agent: AgentProgram | undefined;
  readonly sandbox: Sandbox | undefined;
  readonly baseline: { readonly fault?: string } | undefined;
  /** The PATH variable. */
  readonly path: string;
}

/** Section 15: what a parallel run needs, and what it would gain. */
export async function checkParallel(
  { root, worktrees, cores, workers, agent, sandbox, baseline, path }: Surroundings,
  potential: Parallelisation,
): Promise<Finding[]> {
  return [
    ...(await checkGit(root)),
    await checkWorkflowMode(root),
    ...(await checkFolders(root, worktrees)),
    await checkAgent(root, agent, path),
    ...(sandbox ? [checkSandbox(sandbox)] : []),
    ...(baseline ? [describeBaseline(baseline)] : []),
    checkCores(cores),
    ...checkOpenFiles(workers),
    await checkDisk(root, worktrees, workers),
    describePotential(potential),
    { id: 'parallel.workers', status: 'pass', message: describeWorkers(potential), tickets: [] },
  ];
}

function describeBaseline({ fault }: { readonly fault?: string }): Finding {
  const id = 'parallel.baseline';
  if (fault !== undefined) return { id, status: 'fail', message: fault, tickets: [] };
  return { id, status: 'pass', message: 'setup and verify pass on the base commit', tickets: [] };
}

function describePotential({
  unprocessed,
  independent,
  ratio,
  width,
  criticalPath,
}: Parallelisation): Finding {
  const id = 'parallel.potential';
  if (unprocessed === 0) return { id, status: 'pass', message: 'no ticket is left to do', tickets: [] };
  const message =
    `${independent} of ${unprocessed} open tickets (${Math.round(ratio * 100)} %) can start now, at most ${width} at once; ` +
    `the longest chain has ${criticalPath.length}`;
  if (independent > 0) return { id, status: 'pass', message, tickets: [] };
  return {
    id,
    status: 'warn',
    message: `${message}: nothing can start, see what blocks it in sections 6 and 7, or DEFERRED tickets`,
    tickets: [],
  };
}

function describeWorkers({ recommendedWorkers, reason }: Parallelisation): string {
  return `${recommendedWorkers} ${recommendedWorkers === 1 ? 'worker' : 'workers'} recommended: ${reason}`;
}
