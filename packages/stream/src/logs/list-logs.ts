import { openRepository } from '@sage/git';
import { AttemptRecords, listRuns, readRun, resultOf } from '@sage/journal';

/** The contract of `sage logs --json` without a ticket. */
export interface ListedLogs {
  readonly v: 1;
  /** The newest run; absent if there is none. */
  readonly run?: string;
  readonly attempts: readonly {
    readonly ticket: string;
    readonly title: string;
    readonly attempt: number;
    /** `running`, `finished`, `landed`, `rejected`, `conflicted`, `cut off`, or how the attempt ended. */
    readonly result: string;
    /** The agent's output, relative to the repository. */
    readonly log?: string;
  }[];
}

/** The attempts of the newest run, each once. */
export async function listLogs(directory: string): Promise<ListedLogs> {
  const { root } = await openRepository(directory);
  for (const { run } of await listRuns(root)) {
    const recorded = await readRun(root, run).catch(() => undefined);
    if (!recorded || recorded.events.length === 0) continue;
    // An attempt that is repeated has the same files as the one before.
    const records = new Map(
      AttemptRecords.of(recorded.events).all.map((one) => [JSON.stringify([one.ticket, one.attempt]), one]),
    );
    const attempts = [...records.values()].map((record) => {
      const { ticket, title, attempt, log } = record;
      return { ticket, title, attempt, result: resultOf(record), ...(log !== undefined && { log }) };
    });
    return { v: 1, run, attempts };
  }
  return { v: 1, attempts: [] };
}
