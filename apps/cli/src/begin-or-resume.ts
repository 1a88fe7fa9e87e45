import type { Repository } from '@sage/git';
import { type InterruptedRun, interruptedRun, lastInterruptedRun } from '@sage/stream';
import { UsageError } from './errors.ts';
import { readBeginning, type RunBeginning, settingsOf } from './run-record.ts';
import type { StreamFlags } from './stream-settings.ts';

interface Place {
  readonly directory: string;
  readonly repository: Repository;
  /** Whether nothing is run: then nothing is resumed. */
  readonly looks: boolean;
}

/**
 * What a run is begun with, or what one that was interrupted goes on with: the run on the branch that a flag names, or that
 * is checked out, or that the configuration names; with `--resume`, else the last one. `target`: the branch of a run that
 * `--resume` has found.
 * @throws {UsageError} nothing to resume. And what {@link readBeginning} throws.
 */
export async function beginOrResume(
  flags: StreamFlags,
  { directory, repository, looks }: Place,
): Promise<{ readonly beginning: RunBeginning; readonly target?: string }> {
  const place = { directory, root: repository.root };
  const resume = async (run: InterruptedRun) => {
    const beginning = await readBeginning(flags, place, run);
    return flags.resume ? { beginning, target: run.target } : { beginning };
  };
  if (looks) return { beginning: await readBeginning(flags, place, undefined) };
  const here = await interruptedRun(repository, flags.target);
  if (here) return resume(here);
  if (flags.resume) {
    const last = flags.target === undefined ? await lastInterruptedRun(repository) : undefined;
    if (last) return resume(last);
    throw new UsageError('--resume: no run on this branch was interrupted: sage stream --auto starts one');
  }
  const beginning = await readBeginning(flags, place, undefined);
  const { target } = settingsOf(beginning);
  const there = target === undefined ? undefined : await interruptedRun(repository, target);
  return there ? resume(there) : { beginning };
}
