// A process that queues work and lands what is queued; at a step it does something to the repository, or kills
// itself or its gits. Run by campaign.ts.
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { type CommitQueueOptions, openCommitQueue, QueueStoppedError, type Step } from '@sage/commit-queue';
import { type CampaignWork, LOST_LOCK_EXIT } from './repository.ts';
import type { Way } from './ways.ts';

export interface Orders {
  root: string;
  works: readonly CampaignWork[];
  way: Way;
  /** `later`: milliseconds after the step, in the middle of what comes next. */
  kill?: { at: Step; occurrence: number; who: 'process' | 'gits' | 'all'; later?: number };
  /** A shell script that runs at a step; $WORKS are the commits of the works. */
  meanwhile?: { at: Step; script: string };
  /** What is added to the time of day, in ms. */
  clock?: number;
}

const verify = async () => Promise.resolve({ ok: true, output: '' });
const OPTIONS: Record<Way, Partial<CommitQueueOptions>> = {
  'in groups': {},
  'with a managed file': { managedFiles: () => [{ path: 'log', edit: (text) => `${text}+` }] },
  'verified in a chain': { verify, verifySlots: 3 },
  'verified in batches': { verify, verifyMode: 'batch' },
  merged: { style: 'merge' },
  rebased: { style: 'rebase' },
};

const { root, works, way, kill, meanwhile, clock = 0 } = JSON.parse(process.argv[2] ?? '') as Orders;
let seen = 0;
let done = false;

const queue = await openCommitQueue({
  repository: root,
  ...OPTIONS[way],
  now: () => new Date(Date.now() + clock),
  onStep: (step) => {
    if (meanwhile !== undefined && step === meanwhile.at && !done) {
      done = true;
      const WORKS = works.map(({ commit }) => commit).join(' ');
      execFileSync('sh', ['-c', meanwhile.script], {
        cwd: root,
        stdio: 'ignore',
        env: { ...process.env, WORKS },
      });
    }
    if (kill === undefined || step !== kill.at || (seen += 1) !== kill.occurrence) return;
    if (kill.later === undefined) end(kill.who);
    else setTimeout(end, kill.later, kill.who);
  },
});
try {
  for (const entry of await queue.enqueueAll(works)) writeSync(1, `${entry.ticket}\n`);
  for await (const _ of queue.process());
} catch (error) {
  if (!(error instanceof QueueStoppedError && error.code === 'LOST_LOCK')) throw error;
  process.exitCode = LOST_LOCK_EXIT;
}

function end(who: NonNullable<Orders['kill']>['who']): void {
  if (who !== 'process') {
    // Each is the leader of its process group; pgrep itself is not.
    for (const child of children()) {
      try {
        process.kill(-child, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  if (who !== 'gits') process.kill(process.pid, 'SIGKILL');
}

function children(): number[] {
  try {
    const found = execFileSync('pgrep', ['-P', String(process.pid)], { encoding: 'utf8' });
    return found
      .split('\n')
      .map(Number)
      .filter((id) => id > 1);
  } catch {
    // None runs at this step.
    return [];
  }
}
