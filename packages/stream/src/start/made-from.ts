import { listRuns, readRun } from '@sage/journal';

/** Letters that the name of a run and that of its branch end with. */
const COMMON_END = 6;

/** The branch that an earlier run has made this one from, full names; undefined where no run has made it. */
export async function madeFrom(root: string, branch: string): Promise<string | undefined> {
  for (const { run } of await listRuns(root)) {
    if (!branch.endsWith(run.slice(-COMMON_END))) continue;
    const { target, from } = (await readRun(root, run).catch(() => undefined))?.state ?? {};
    if (target === branch && from !== undefined) return from;
  }
  return undefined;
}
