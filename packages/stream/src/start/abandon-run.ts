import { openRepository, type Repository } from '@sage/git';
import { listRuns, type RecordedRun, RunLog, summarise, unfinishedRuns } from '@sage/journal';
import { openWorkers, resolveAgent } from '@sage/workers';
import { didYouMean } from '../backlog/nearest-name.ts';
import { systemClock } from '../context/clock.ts';
import { NoRunError } from '../errors.ts';
import { type LeftElsewhere, sentAttempts } from './left-elsewhere.ts';
import { onlyRun } from './only-run.ts';
import { recoverWorkers } from './recovery.ts';

export interface AbandonedRun {
  readonly v: 1;
  readonly run: string;
  /** Which work of interrupted attempts was kept, and which processes were ended, one line each. */
  readonly notices: readonly string[];
}

interface AbandonOptions {
  readonly directory: string;
  readonly run: string;
  /** Called if the run has sent attempts to other machines. Returns what a person should know, one line each. */
  readonly endElsewhere: (left: LeftElsewhere) => Promise<readonly string[]>;
}

/**
 * Ends an unfinished run for good, so that no later one resumes it. What it landed stays, its leftover processes are
 * ended, and unfinished work is kept. Its open tickets are free for the next run.
 * @throws {NoRunError}, {CannotStartError} `ALREADY_RUNNING`: nothing was changed.
 */
export async function abandonRun({ directory, run, endElsewhere }: AbandonOptions): Promise<AbandonedRun> {
  const repository = await openRepository(directory);
  await using _lock = await onlyRun(repository);
  const recorded = await unfinished(repository, run);
  const agent = resolveAgent({ command: 'false' });
  const workers = await openWorkers({ repository, agent, timeout: 0 });
  const notices: string[] = [];
  try {
    const { state } = recorded;
    const sent = sentAttempts(state);
    if (sent.length > 0) {
      const cutOff = [...state.dispatched].map(([ticket, one]) => ({ ...one, ticket }));
      const keep: LeftElsewhere['keep'] = (ticket, commit) => workers.keep(ticket, commit, 'interrupted');
      notices.push(...(await endElsewhere({ repository, run, target: state.target, cutOff, sent, keep })));
    }
    notices.push(...(await recoverWorkers([recorded], workers, { tickets: new Map() })));
  } finally {
    await workers.close();
  }
  const log = await RunLog.open(repository.root, run, recorded.events, systemClock.now);
  try {
    await log.emit({ event: 'run.finished', outcome: 'abandoned', summary: summarise(log.state) });
  } finally {
    await log.close();
  }
  return { v: 1, run, notices };
}

async function unfinished(repository: Repository, run: string): Promise<RecordedRun> {
  const runs = await unfinishedRuns(repository.root);
  const found = runs.find((one) => one.run === run);
  if (found) return found;
  if ((await listRuns(repository.root)).some((one) => one.run === run))
    throw new NoRunError(`run ${run} is over: there is nothing to abandon`);
  if (runs.length === 0) throw new NoRunError(`no run ${JSON.stringify(run)}: every run is over`);
  throw new NoRunError(
    `no run ${JSON.stringify(run)}${didYouMean(
      run,
      runs.map((one) => one.run),
    )}`,
  );
}
