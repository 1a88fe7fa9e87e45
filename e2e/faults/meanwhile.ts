import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_POINTS, type Step } from '@sage/commit-queue';
import type { Case, Round } from './campaign.ts';
import { git } from './repository.ts';

const MAIN = 'refs/heads/main';
const LANDING = CRASH_POINTS.slice(CRASH_POINTS.indexOf('lock-taken'));
const BEFORE_SWAP = LANDING.slice(0, LANDING.indexOf('target-moved'));
/** Later the pin is gone: what a person takes off the target then is theirs to keep. */
const AFTER_SWAP = LANDING.slice(LANDING.indexOf('target-moved'), LANDING.indexOf('pins-removed'));
const LOCKS = ['refs/heads/main.lock', 'packed-refs.lock', 'HEAD.lock', 'index.lock'];

const child = (of: string, message: string) => `$(git commit-tree "main^{tree}" -p ${of} -m "${message}")`;
const move = (to: string) => `git update-ref ${MAIN} ${to}`;
const AMEND = `for work in $WORKS; do
  git update-ref "$(git for-each-ref --format='%(refname)' --points-at $work refs/side)" "$(git commit-tree $work^{tree} -p $work^ -m amended)"
done
git gc --quiet --prune=now`;

/** What others do to the repository in the middle of a landing, at each step: once going on, once killed there. */
export function meanwhileCases(): Case[] {
  return [
    { name: 'a person commits in mid-landing', rounds: during(LANDING, move(child('main', 'human'))) },
    {
      name: 'a person commits in mid-landing, with a managed file',
      way: 'with a managed file',
      rounds: during(LANDING, move(child('main', 'human'))),
    },
    {
      name: 'gc, repack and pack-refs in mid-landing',
      rounds: during(LANDING, 'git gc --quiet; git repack -adq; git pack-refs --all --prune'),
    },
    ...(['in groups', 'verified in a chain', 'verified in batches'] as const).map((way) => ({
      name: `gc in mid-landing removes all that nobody holds, ${way}`,
      way,
      rounds: during(LANDING, 'git gc --quiet --prune=now'),
    })),
    {
      name: 'the target is rewritten in mid-landing, before it moves',
      rounds: during(BEFORE_SWAP, move(child('main^', 'human again')), (root) => {
        const tip = git(root, 'rev-parse', MAIN);
        git(root, 'update-ref', MAIN, git(root, 'commit-tree', `${tip}^{tree}`, '-p', tip, '-m', 'human'));
      }),
    },
    {
      name: 'the target is rewritten in mid-landing, after it has moved',
      keeps: 'landed or pinned',
      followed: false,
      rounds: during(AFTER_SWAP, move('refs/keep/before'), (root) => {
        git(root, 'update-ref', 'refs/keep/before', MAIN);
      }),
    },
    {
      name: 'the target is renamed in mid-landing',
      rounds: missing(during(LANDING, 'git branch -m main moved', renameBack)),
      after: renameBack,
    },
    {
      name: 'the target is deleted in mid-landing',
      rounds: missing(
        during(LANDING, `git update-ref refs/keep/gone main && git update-ref -d ${MAIN}`, bringBack),
      ),
      after: bringBack,
    },
    {
      name: "the target's ref is emptied in mid-landing",
      rounds: missing(
        during(LANDING, 'mv .git/refs/heads/main .git/kept && : >.git/refs/heads/main', refill),
      ),
      after: refill,
    },
    {
      name: 'workers amend what they have queued, and gc removes all that nobody holds',
      rounds: during(['entry-written', 'lock-taken', 'recovered'], AMEND),
    },
    {
      name: 'locks that others hold for half a second',
      rounds: LOCKS.flatMap((lock) =>
        during(
          ['planned', 'intent-written', 'target-moved', 'entries-settled'],
          `: >.git/${lock}; (sleep 0.5; rm -f .git/${lock}) >/dev/null 2>&1 &`,
        ),
      ),
    },
    {
      name: 'locks that others leave',
      rounds: LOCKS.flatMap((lock) =>
        during(['lock-taken', 'intent-written', 'target-moved'], `: >.git/${lock}`, unlock),
      ),
      after: unlock,
    },
    {
      name: 'two queues with the same work at once',
      rounds: CRASH_POINTS.flatMap((at) => [
        { kills: [{ at, occurrence: 1, who: 'all' }], beside: true },
        { kills: [undefined], beside: true },
      ]),
    },
  ];
}

function during(steps: readonly Step[], script: string, before?: (root: string) => void): Round[] {
  return steps.flatMap((at) =>
    [undefined, { at, occurrence: 1, who: 'all' as const }].map((kill) => ({
      kills: [kill],
      meanwhile: { at, script },
      ...(before && { before }),
    })),
  );
}

/** Where the target is gone, one more process finds it so. */
function missing(rounds: Round[]): Round[] {
  return rounds.map((round) => ({ ...round, kills: [...round.kills, undefined] }));
}

function renameBack(root: string): void {
  if (git(root, 'for-each-ref', 'refs/heads/moved') !== '') git(root, 'branch', '-m', 'moved', 'main');
}

function bringBack(root: string): void {
  if (git(root, 'for-each-ref', MAIN) === '') git(root, 'update-ref', MAIN, 'refs/keep/gone');
}

function refill(root: string): void {
  const [kept, ref] = [join(root, '.git/kept'), join(root, '.git', MAIN)];
  // What has landed since is the newer one.
  if (existsSync(kept) && statSync(ref).size === 0) renameSync(kept, ref);
}

function unlock(root: string): void {
  for (const lock of LOCKS) if (existsSync(join(root, '.git', lock))) rmSync(join(root, '.git', lock));
}
