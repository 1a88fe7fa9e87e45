import { listRuns, readRun } from '@sage/journal';

/** How many characters at the end of a run's name are also at the end of its branch's name. */
const COMMON_END = 6;

/** The branch that an earlier run created this branch from (full names); undefined if no run created it. */
export async function madeFrom(root: string, branch: string): Promise<string | undefined> {
  for (const { run } of await listRuns(root)) {
    if (!branch.endsWith(run.slice(-COMMON_END))) continue;
    const { target, from } = (await readRun(root, run).catch(() => undefined))?.state ?? {};
    if (target === branch && from !== undefined) return from;
  }
  return undefined;
}
