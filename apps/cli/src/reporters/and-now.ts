import type { RunState, RunStatus } from '@sage/journal';
import { quoted } from '../command-line.ts';
import type { NextCommands } from '../next-commands.ts';
import { printable } from '../printable.ts';

/** Commands for after a run: look at what has landed and, if it is on a new branch, merge it. */
export function andNow(
  { base, target, from, completed }: Pick<RunState, 'base' | 'target' | 'from' | 'completed'>,
  state: RunStatus['state'],
  next: Pick<NextCommands, 'resume' | 'git' | 'pr'>,
): string[] {
  const goesOn = ['interrupted', 'stopped', 'killed'].includes(state) ? [next.resume] : [];
  if (completed.size === 0) return goesOn;
  const branch = target.replace('refs/heads/', '');
  // Git options begin with a dash, but branch names cannot.
  const name = quoted(branch);
  const look = `${next.git} log --oneline ${base.slice(0, 10)}..${name}`;
  if (from === undefined) return [...goesOn, look];
  const home = quoted(from.replace('refs/heads/', ''));
  return [...goesOn, look, `${next.git} switch ${home} && ${next.git} merge ${name}`, next.pr];
}

/** For the end of a run, if its other next steps are printed elsewhere. */
export function andNowLines(
  state: Pick<RunState, 'base' | 'target' | 'from' | 'completed'>,
  next: Pick<NextCommands, 'resume' | 'git' | 'pr' | 'report'>,
): string[] {
  const lines = [...andNow(state, 'finished', next), next.report];
  return lines.map((line, nth) => `${nth === 0 ? 'And now: ' : '         '}${printable(line)}`);
}
