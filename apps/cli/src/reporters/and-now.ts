import type { RunState, RunStatus } from '@sage/journal';
import { quoted } from '../command-line.ts';
import type { NextCommands } from '../next-commands.ts';
import { printable } from '../printable.ts';

/** Branches that Sage makes, for one run each. */
const OWN_BRANCH = /^sage\//;

/** What a person does after a run: look at what has landed, and merge it where it is on a branch of its own. */
export function andNow(
  { base, target, completed }: Pick<RunState, 'base' | 'target' | 'completed'>,
  state: RunStatus['state'],
  next: Pick<NextCommands, 'resume' | 'git'>,
): string[] {
  const goesOn = ['interrupted', 'stopped', 'killed'].includes(state) ? [next.resume] : [];
  if (completed.size === 0) return goesOn;
  const branch = target.replace('refs/heads/', '');
  // Options of git begin with a dash; no branch does.
  const name = quoted(branch);
  const look = `${next.git} log --oneline ${base.slice(0, 10)}..${name}`;
  return [...goesOn, look, ...(OWN_BRANCH.test(branch) ? [`${next.git} merge ${name}`] : [])];
}

/** At the end of a run, where it is said elsewhere how it goes on. */
export function andNowLines(
  state: Pick<RunState, 'base' | 'target' | 'completed'>,
  next: Pick<NextCommands, 'resume' | 'git' | 'report'>,
): string[] {
  const [look, merge] = andNow(state, 'finished', next);
  if (look === undefined) return [`And now: ${printable(next.report)}`];
  const last = merge === undefined ? '' : `${printable(merge)}, or `;
  return [`And now: ${printable(look)}`, `         ${last}${printable(next.report)}`];
}
