import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { git, type Case, type Kill } from './campaign.ts';

/** What else befalls a repository between kills, and kills at no step in particular. */
export function damageCases(seed: number): Case[] {
  const random = (round: number) => 60 + (((seed + 1) * 7919 + round * 104_729) % 500);
  const at = (step: 'target-moved' | 'intent-written'): Kill => ({ at: step, occurrence: 1, who: 'process' });
  const often = <T>(value: (round: number) => T) => Array.from({ length: 12 }, (_, round) => value(round));
  return [
    { name: 'killed at any instant, in groups', managed: false, kills: often((n) => ({ after: random(n) })) },
    { name: 'killed at any instant, one by one', managed: true, kills: often((n) => ({ after: random(n) })) },
    {
      name: 'a person commits between kills',
      managed: false,
      kills: often((n) => at(n % 2 ? 'target-moved' : 'intent-written')),
      before: (root, round) => {
        const tip = git(root, 'rev-parse', 'refs/heads/main');
        const made = git(root, 'commit-tree', `${tip}^{tree}`, '-p', tip, '-m', `human ${round}`);
        git(root, 'update-ref', 'refs/heads/main', made, tip);
      },
    },
    {
      name: 'gc and repack between kills',
      managed: false,
      kills: often(() => at('target-moved')),
      before: (root, round) => void git(root, ...(round % 2 ? ['gc', '--quiet'] : ['repack', '-adq'])),
    },
    {
      name: 'locks that a dead git left',
      managed: false,
      kills: often(() => at('intent-written')).slice(0, 3),
      before: (root) => {
        const intent = join(root, '.sage/commit-queue/group-intent.json');
        if (!existsSync(intent)) return;
        const landing = (JSON.parse(readFileSync(intent, 'utf8')) as { new: string }).new;
        writeFileSync(join(root, '.git/refs/heads/main.lock'), `${landing}\n`);
      },
    },
    {
      name: 'a torn intent',
      managed: false,
      kills: often((n) => at(n % 2 ? 'target-moved' : 'intent-written')),
      before: (root, round) => {
        const intent = join(root, '.sage/commit-queue/group-intent.json');
        // Where the target had moved, its checkout can only follow by what the intent says: that one is not torn.
        if (existsSync(intent) && round % 2 === 1) truncateSync(intent, 20);
      },
    },
    {
      name: 'temporary files of killed processes',
      managed: true,
      kills: often(() => at('intent-written')),
      before: (root) => {
        const directory = join(root, '.sage/commit-queue');
        if (existsSync(directory))
          writeFileSync(join(directory, `.tmp-1-${readdirSync(directory).length}`), '{"torn');
      },
    },
  ];
}
