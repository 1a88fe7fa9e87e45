import { chmodSync, existsSync, globSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from '@sage/commit-queue';
import type { Case, Kill, Round } from './campaign.ts';
import { entryIds } from './inspect.ts';
import { git } from './repository.ts';

const ROUNDS = 12;
const YEARS = 365 * 86_400_000;

/** What befalls a repository between kills, and kills at no step in particular. */
export function damageCases(seed: number): Case[] {
  const random = (n: number) => 60 + (((seed + 1) * 7919 + n * 104_729) % 500);
  const rounds = (of: (n: number) => Round) => Array.from({ length: ROUNDS }, (_, n) => of(n));
  const swap = (n: number) => at(n % 2 ? 'target-moved' : 'intent-written');
  return [
    { name: 'killed at any instant, in groups', rounds: rounds((n) => ({ kills: [{ after: random(n) }] })) },
    {
      name: 'killed at any instant, with a managed file',
      way: 'with a managed file',
      rounds: rounds((n) => ({ kills: [{ after: random(n) }] })),
    },
    {
      name: 'a person commits between kills',
      rounds: rounds((n) => ({
        kills: [swap(n)],
        before: (root) => {
          const tip = git(root, 'rev-parse', 'refs/heads/main');
          const made = git(root, 'commit-tree', `${tip}^{tree}`, '-p', tip, '-m', `human ${n}`);
          git(root, 'update-ref', 'refs/heads/main', made, tip);
        },
      })),
    },
    {
      name: 'gc and repack between kills',
      rounds: rounds((n) => ({
        kills: [at('target-moved')],
        before: (root) => void git(root, ...(n % 2 ? ['gc', '--quiet'] : ['repack', '-adq'])),
      })),
    },
    {
      name: 'locks that a dead git left',
      rounds: rounds(() => ({
        kills: [at('intent-written')],
        before: (root) => {
          const intent = unfinishedIntent(root);
          if (intent === undefined) return;
          const landing = (JSON.parse(readFileSync(intent, 'utf8')) as { new: string }).new;
          writeFileSync(join(root, '.git/refs/heads/main.lock'), `${landing}\n`);
        },
      })),
    },
    {
      name: 'a torn intent',
      rounds: rounds((n) => ({
        kills: [swap(n)],
        before: (root) => {
          const intent = unfinishedIntent(root);
          // Where the target had moved, its checkout can only follow by what the intent says: that one is not torn.
          if (intent !== undefined && n % 2 === 1) truncateSync(intent, 20);
        },
      })),
    },
    {
      name: 'a torn entry',
      keeps: 'landed or pinned',
      rounds: rounds(() => ({
        kills: [at('recovered')],
        before: (root) => change(newestEntry(root), (text) => text.slice(0, 20)),
      })),
    },
    {
      name: 'a flipped byte in an entry',
      keeps: 'landed or pinned',
      rounds: rounds((n) => ({
        kills: [at('recovered')],
        before: (root) =>
          change(newestEntry(root), (text) => {
            const [place, digit] = [text.indexOf('"commit": "') + 11 + n, n % 3 === 0 ? '~' : '0'];
            return n % 3 === 1
              ? text.replace('{', 'k')
              : text.slice(0, place) + digit + text.slice(place + 1);
          }),
      })),
    },
    {
      name: 'a power cut empties what was not synced',
      rounds: rounds((n) => ({
        kills: [at(n % 2 ? 'chain-built' : 'pinned')],
        before: (root) => {
          const reachable = new Set(git(root, 'rev-list', '--objects', '--all').split(/\s/));
          for (const file of globSync('.git/objects/??/*', { cwd: root }))
            if (!reachable.has(file.slice(-41).replace('/', ''))) empty(join(root, file));
          const entries = new Set(entryIds(root));
          for (const pin of globSync('.git/refs/sage/queue/*', { cwd: root }))
            if (!entries.has(pin.slice(-20))) empty(join(root, pin));
          change(newestLock(root), (text) => text.replace(/"boot":"[^"]*"/, '"boot":"the one before"'));
        },
      })),
    },
    {
      name: 'the pid of the dead queue is reused',
      rounds: rounds((n) => ({
        kills: [swap(n)],
        before: (root) =>
          change(newestLock(root), (text) => text.replace(/"pid":\d+/, `"pid":${process.pid}`)),
      })),
    },
    {
      name: 'the clock jumps',
      way: 'with a managed file',
      rounds: rounds((n) => ({ kills: [swap(n)], clock: (n % 2 ? -1 : 1) * (n + 1) * YEARS })),
    },
    {
      name: 'temporary files of killed processes',
      way: 'with a managed file',
      rounds: rounds((n) => ({
        kills: [at('intent-written')],
        before: (root) => {
          const directory = join(root, '.sage/commit-queue');
          if (existsSync(directory)) writeFileSync(join(directory, `.tmp-1-${n}`), '{"torn');
        },
      })),
    },
  ];
}

function at(step: Step): Kill {
  return { at: step, occurrence: 1, who: 'process' };
}

function change(file: string | undefined, edit: (text: string) => string): void {
  if (file !== undefined) writeFileSync(file, edit(readFileSync(file, 'utf8')));
}

function newestEntry(root: string): string | undefined {
  const file = globSync('.sage/commit-queue/0*.json', { cwd: root }).sort().at(-1);
  return file === undefined ? undefined : join(root, file);
}

function newestLock(root: string): string | undefined {
  const file = globSync('.git/sage-queue/lock/*', { cwd: root }).sort().at(-1);
  return file === undefined ? undefined : join(root, file);
}

function empty(file: string): void {
  chmodSync(file, 0o644);
  truncateSync(file, 0);
}

function unfinishedIntent(root: string): string | undefined {
  const [name] = globSync('.sage/commit-queue/intent-*.json', { cwd: root });
  return name === undefined ? undefined : join(root, name);
}
