import { setTimeout as delay } from 'node:timers/promises';
import { openRepository } from '@sage/git';
import { determineWorkerCount } from '@sage/scheduler';
import { type Control, controlFile, readControl, writeControl } from './control.ts';
import { journalFile, readJournal } from '../journal/journal.ts';
import { runAtWork } from './run-at-work.ts';
import { RunFold } from '../journal/run-state.ts';

export interface SteerOptions {
  /** A directory in the repository. */
  readonly directory: string;
  readonly paused?: boolean;
  /** A number, or `auto`. */
  readonly workers?: number | string;
}

/** The contract of `sage pause --json` and the like. */
export interface Steered extends Control {
  readonly v: 1;
  readonly run: string;
  /** Whether the run's journal says so. */
  readonly obeyed: boolean;
}

/** How long a run may take to obey, and how often its journal is looked at (ms). */
const PATIENCE = 10_000;
const INTERVAL = 50;

/**
 * Asks the run that works in a repository to pause, to go on, or to use so many workers, and waits until it obeys.
 * @throws NoRunError, WorkerCountError, RepositoryError: nothing was changed.
 */
export async function steerRun({ directory, ...asked }: SteerOptions): Promise<Steered> {
  const { workers: count } = asked;
  const workers = count === undefined ? undefined : determineWorkerCount(count, Infinity);
  const repository = await openRepository(directory);
  const { root } = repository;
  const { run, state } = await runAtWork(repository);
  const file = controlFile(root, run);
  const before = (await readControl(file).catch(() => undefined)) ?? state;
  const wanted = { paused: asked.paused ?? before.paused, workers: workers ?? before.workers };
  await writeControl(file, wanted);
  for (let waited = 0; ; waited += INTERVAL) {
    const now = RunFold.of(await readJournal(journalFile(root, run))).state;
    const obeyed = now.paused === wanted.paused && now.workers === wanted.workers;
    if (obeyed || now.outcome !== undefined || waited >= PATIENCE) return { v: 1, run, ...wanted, obeyed };
    await delay(INTERVAL);
  }
}
