import { appendFileSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CRASH_POINTS, type Step } from '@sage/commit-queue';
import type { Case, Kill, Round } from './campaign.ts';
import { git } from './repository.ts';

const LANDING = CRASH_POINTS.slice(CRASH_POINTS.indexOf('lock-taken'));
const AFTER_SWAP = LANDING.slice(LANDING.indexOf('target-moved'));
const MID_MOVE_MS = [0, 10, 20, 40, 60, 90, 120, 160, 200, 250];

/** Kills between the swap and the end of the move, and a user who works in the same repository meanwhile. */
export function userCases(): Case[] {
  return [
    { name: 'killed while slow filters write the checkout', prepare: slowFilter, rounds: midMove() },
    {
      name: 'killed while slow filters write the checkout, with a managed file',
      way: 'with a managed file',
      prepare: slowFilter,
      rounds: midMove(),
    },
    {
      name: 'killed while several worktrees follow',
      prepare: addWorktrees,
      rounds: [...midMove(), ...each()],
    },
    { name: 'killed after the swap, and gc removes all that nobody holds', rounds: each(collect) },
    {
      name: 'a filter is down when the checkout follows',
      prepare: switchedFilter,
      inOrder: true,
      rounds: filterDown(),
      after: up,
    },
    {
      name: 'the user switches to another branch in mid-landing',
      prepare: ({ root }) => git(root, 'branch', 'other'),
      rounds: during(LANDING, 'git checkout --quiet other || true', backToMain),
      after: backToMain,
    },
    {
      name: 'the user switches to the target in mid-landing',
      prepare: ({ root }) => git(root, 'branch', 'other'),
      rounds: during(LANDING, 'git checkout --quiet main || true', (root) => {
        backToMain(root);
        git(root, 'checkout', '--quiet', 'other');
      }),
      after: backToMain,
    },
    {
      name: 'the user commits a file in mid-landing',
      rounds: during(
        LANDING,
        'n=note-$$; : >$n; git add $n && git commit --quiet --message human -- $n || rm -f $n',
      ),
    },
    {
      name: 'the user commits the whole index in mid-landing',
      rounds: during(LANDING, 'git commit --quiet --allow-empty --message human || true'),
    },
    {
      name: 'the user edits in mid-landing',
      rounds: during(LANDING, 'printf edited >mine; printf untracked >new; git status >/dev/null'),
    },
    {
      name: 'the user stashes in mid-landing',
      rounds: during(LANDING, 'git stash --quiet && git stash pop --quiet || true'),
    },
  ];
}

function midMove(): Round[] {
  return MID_MOVE_MS.flatMap((later) =>
    (['process', 'all'] as const).map((who) => ({
      kills: [{ at: 'target-moved' as const, occurrence: 1, who, later }],
    })),
  );
}

function each(before?: (root: string) => void): Round[] {
  return AFTER_SWAP.flatMap((at) =>
    (['process', 'all'] as const).map((who): Round => {
      const kill: Kill = { at, occurrence: 1, who };
      return { kills: [kill], ...(before && { before }) };
    }),
  );
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

function filterDown(): Round[] {
  return [undefined, 'target-moved', 'checkouts-moved'].flatMap((at) => {
    const kill: Kill = at === undefined ? undefined : { at: at as Step, occurrence: 1, who: 'all' };
    const down: Round = {
      kills: [kill, undefined],
      meanwhile: { at: 'intent-written', script: 'rm -f .git/up' },
    };
    return [down, { kills: [undefined], before: up }];
  });
}

function slowFilter({ root }: { root: string }): void {
  git(root, 'config', 'filter.slow.clean', 'cat');
  git(root, 'config', 'filter.slow.smudge', 'sleep 0.03; cat');
  appendFileSync(join(root, '.git/info/attributes'), 'old/* filter=slow\nnew-*/* filter=slow\n');
}

function switchedFilter({ root }: { root: string }): void {
  git(root, 'config', 'filter.store.clean', 'cat');
  git(root, 'config', 'filter.store.smudge', `test -e '${join(root, '.git/up')}' && cat`);
  git(root, 'config', 'filter.store.required', 'true');
  appendFileSync(join(root, '.git/info/attributes'), 'new-*/* filter=store\n');
  up(root);
}

function up(root: string): void {
  appendFileSync(join(root, '.git/up'), '');
}

function addWorktrees({ root }: { root: string }): void {
  for (const name of ['one', 'two'])
    git(root, 'worktree', 'add', '--quiet', '--force', join(root, '.git/trees', name), 'main');
  git(root, 'worktree', 'add', '--quiet', '--detach', join(root, '.git/trees/apart'));
}

function collect(root: string): void {
  git(root, 'gc', '--quiet', '--prune=now');
}

function backToMain(root: string): void {
  // What a killed landing has left of its own goes with the next process; a user cannot wait for that.
  const lock = join(root, '.git/index.lock');
  if (existsSync(lock)) rmSync(lock);
  git(root, 'checkout', '--quiet', 'main');
}
