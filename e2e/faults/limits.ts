import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Step, CRASH_POINTS } from '@sage/commit-queue';
import type { Case, Kill } from './campaign.ts';
import { type Campaign, git, gitWith } from './repository.ts';

const FILLER = '.git/filler';
const KIB = 1024;

/** A machine that refuses: too many open files, files too large, a full disk, a disk that can only be read, no word of who runs. */
export function limitCases(): Case[] {
  return [
    {
      name: 'too many open files',
      rounds: range(20, 44).map((n) => ({ kills: [undefined], under: limited(`ulimit -n ${n}`) })),
    },
    {
      name: 'too many open files, for two queues at once',
      rounds: range(20, 44).map((n) => ({
        kills: [undefined],
        under: limited(`ulimit -n ${n}`),
        beside: true,
      })),
    },
    {
      name: 'ps fails, for two queues at once',
      prepare: addFailingPs,
      rounds: CRASH_POINTS.flatMap((step) =>
        [at(step), undefined].map((kill) => ({ kills: [kill], under: AS_ELSEWHERE, beside: true })),
      ),
    },
    {
      name: 'files must not grow',
      rounds: range(0, 16).map((n) => ({ kills: [undefined], under: limited(`ulimit -f ${n}`) })),
    },
    {
      name: 'a file of 200 MB',
      prepare: addLargeFile,
      rounds: [
        {
          // Writing it into the checkout takes a while: kills at instants come down there.
          kills: [
            at('merged'),
            at('objects-synced'),
            ...[450, 500, 550, 600].map((after) => ({ after })),
            at('target-moved'),
            ...[350, 450, 550].map((after) => ({ after })),
            at('checkouts-finished'),
          ],
        },
      ],
    },
    {
      name: 'a full disk',
      space: '24m',
      rounds: range(0, 40).map((n) => ({
        kills: [undefined],
        before: (root: string) => {
          release(root);
          const { bavail, bsize } = statfsSync(root);
          writeFileSync(join(root, FILLER), Buffer.alloc(Math.max(0, bavail * bsize - n * 4 * KIB)));
        },
      })),
      after: release,
    },
    {
      name: 'a disk that becomes read-only',
      space: '24m',
      rounds: CRASH_POINTS.map((at) => ({
        kills: [undefined],
        meanwhile: { at, script: 'mount -o remount,ro "$TMPDIR"' },
        before: writable,
      })),
      after: writable,
    },
  ];
}

/** To the first work. */
function addLargeFile({ root, works }: Campaign): void {
  const [work] = works;
  if (work === undefined) return;
  const file = join(root, '.git/large');
  for (let n = 0; n < 200; n += 1) appendFileSync(file, randomBytes(KIB * KIB));
  const blob = git(root, 'hash-object', '-w', '--no-filters', file);
  rmSync(file);
  const index = { GIT_INDEX_FILE: join(root, '.git/large-index') };
  gitWith(index, root, 'read-tree', work.commit);
  gitWith(index, root, 'update-index', '--add', '--cacheinfo', `100644,${blob},large`);
  const tree = gitWith(index, root, 'write-tree');
  works[0] = { ...work, commit: git(root, 'commit-tree', tree, '-p', work.base, '-m', 'large') };
}

function at(step: Step): Kill {
  return { at: step, occurrence: 1, who: 'all' };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => from + n);
}

function limited(limit: string): string[] {
  return ['sh', '-c', `${limit}; exec "$@"`, 'sh'];
}

const PROGRAMS = '.git/programs';
/** One in four fails with a word, one without. */
const PS = `#!/bin/sh
case $(($$ % 4)) in
  0) echo "ps: cannot fork" >&2; exit 1;;
  1) exit 1;;
esac
PATH=\${PATH#*:}
exec ps "$@"
`;
const NO_PROC = `--import=data:text/javascript,Object.defineProperty(process,'platform',{value:'darwin'})`;
const AS_ELSEWHERE = [
  'sh',
  '-c',
  `PATH="$PWD/${PROGRAMS}:$PATH" NODE_OPTIONS="${NO_PROC}" exec "$@"`,
  'sh',
] as const;

/** As on a system without /proc, which is asked by ps. */
function addFailingPs({ root }: Campaign): void {
  mkdirSync(join(root, PROGRAMS));
  writeFileSync(join(root, PROGRAMS, 'ps'), PS, { mode: 0o755 });
  writeFileSync(join(root, PROGRAMS, 'sysctl'), '#!/bin/sh\necho this boot\n', { mode: 0o755 });
}

function release(root: string): void {
  rmSync(join(root, FILLER), { force: true });
}

function writable(root: string): void {
  execFileSync('mount', ['-o', 'remount,rw', dirname(root)]);
}
