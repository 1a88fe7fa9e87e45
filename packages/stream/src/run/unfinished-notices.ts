import { type Repository, SAGE_PATHS } from '@sage/git';
import type { RecordedRun } from '@sage/journal';
import { targetBranch } from '../start/target-branch.ts';

/** What a person should know about unfinished runs when a run on this target starts. */
export async function noticesAbout(
  unfinished: readonly RecordedRun[],
  repository: Repository,
  target: string,
): Promise<string[]> {
  const lines: string[] = [];
  for (const run of unfinished) {
    const isGone = (await targetBranch(repository, run.state.target).tip()) === undefined;
    lines.push(...noticesAboutRun(run, target, isGone));
  }
  return lines;
}

function noticesAboutRun({ run, state, damaged }: RecordedRun, target: string, isGone: boolean): string[] {
  const lines: string[] = [];
  const [first] = damaged;
  if (first !== undefined) {
    const others =
      damaged.length === 1
        ? 'this line is'
        : `this and ${damaged.length === 2 ? '1 other line' : `${damaged.length - 1} other lines`} are`;
    lines.push(
      `${SAGE_PATHS.runs}/${run}/journal.jsonl:${first}: ${others} damaged and ignored; the branch says what has landed`,
    );
  }
  const branch = state.target.replace('refs/heads/', '');
  const end = `sage abandon ${run} ends it`;
  if (state.target === target) lines.push(`resuming interrupted run ${run}`);
  else if (isGone) lines.push(`run ${run} is unfinished, and its branch ${branch} is gone: ${end}`);
  else lines.push(`run ${run} on ${branch} is unfinished: resume it on that branch, or ${end}`);
  return lines;
}
