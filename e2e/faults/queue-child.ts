// A process that queues work and lands what is queued, and kills itself or its gits at a step. Run by campaign.ts.
import { execFileSync } from 'node:child_process';
import { writeSync } from 'node:fs';
import { openCommitQueue, type Step, type Work } from '@sage/commit-queue';

export interface Orders {
  root: string;
  works: Work[];
  /** With it entries land one by one, and the file `log` gets a mark for each. */
  managed: boolean;
  kill?: { at: Step; occurrence: number; who: 'process' | 'gits' | 'all' };
}

const { root, works, managed, kill } = JSON.parse(process.argv[2] ?? '') as Orders;
let seen = 0;

const queue = await openCommitQueue({
  repository: root,
  ...(managed && { managedFiles: () => [{ path: 'log', edit: (text: string) => `${text}+` }] }),
  onStep: (step) => {
    if (kill === undefined || step !== kill.at || (seen += 1) !== kill.occurrence) return;
    if (kill.who !== 'process') {
      try {
        execFileSync('pkill', ['-KILL', '-P', String(process.pid), 'git']);
      } catch {
        // None runs at this step.
      }
    }
    if (kill.who !== 'gits') process.kill(process.pid, 'SIGKILL');
  },
});
for (const entry of await queue.enqueueAll(works)) writeSync(1, `${entry.id} ${entry.ticket}\n`);
await queue.process();
