import { execFileSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { STEPS } from '@sage/commit-queue';
import type { Case } from './campaign.ts';

const FILLER = '.git/filler';
const KIB = 1024;

/** A machine that refuses: too many open files, files too large, a full disk, a disk that can only be read. */
export function limitCases(): Case[] {
  return [
    {
      name: 'too many open files',
      rounds: range(20, 44).map((n) => ({ kills: [undefined], under: limited(`ulimit -n ${n}`) })),
    },
    {
      name: 'files must not grow',
      rounds: range(0, 16).map((n) => ({ kills: [undefined], under: limited(`ulimit -f ${n}`) })),
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
      rounds: STEPS.map((at) => ({
        kills: [undefined],
        meanwhile: { at, script: 'mount -o remount,ro "$TMPDIR"' },
        before: writable,
      })),
      after: writable,
    },
  ];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => from + n);
}

function limited(limit: string): string[] {
  return ['sh', '-c', `${limit}; exec "$@"`, 'sh'];
}

function release(root: string): void {
  rmSync(join(root, FILLER), { force: true });
}

function writable(root: string): void {
  execFileSync('mount', ['-o', 'remount,rw', dirname(root)]);
}
