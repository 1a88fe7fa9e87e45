// Landings a second on a repository of 5,000 files: the queue (its files, syncs and checks included), and four other ways.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCommitQueue, type Work } from '@sage/commit-queue';
import { execa } from 'execa';
import { median } from './median.ts';

const FILES = 5000;
const BRANCHES = 300;
const ROUNDS = 3;
/** Branches that the slow ways land in a round. */
const FEW = 60;
/** Landed before, to warm up. */
const WARM = 30;
const TARGET = 'refs/heads/main';
const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Bench',
  GIT_AUTHOR_EMAIL: 'bench@example.org',
  GIT_COMMITTER_NAME: 'Bench',
  GIT_COMMITTER_EMAIL: 'bench@example.org',
};

interface Branch {
  commit: string;
  base: string;
}

interface Way {
  name: string;
  branches: number;
  land: (root: string, branches: readonly Branch[]) => Promise<void>;
}

const WAYS: readonly Way[] = [
  { name: 'sage, checkout moves along', branches: BRANCHES, land: throughQueue },
  { name: 'sage, target checked out nowhere', branches: BRANCHES, land: besideCheckout },
  { name: 'sage, one at a time', branches: FEW, land: oneByOne },
  { name: 'checkout + git merge', branches: FEW, land: byCheckout },
  { name: 'the same through execa, with status and rev-parse', branches: FEW, land: byExeca },
  { name: 'merge-tree, commit-tree, update-ref, a process each', branches: FEW, land: byPlumbing },
];

export async function landing(): Promise<string[]> {
  const { root, branches } = source(BRANCHES);
  const rates = new Map<string, number[]>(WAYS.map(({ name }) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const way of WAYS) {
      // Not measured: a process that has waited for minutes has lost its memory to the system.
      const warm = copyOf(root);
      await way.land(warm, branches.slice(0, WARM));
      rmSync(warm, { recursive: true, force: true });
      const copy = copyOf(root);
      const some = branches.slice(0, way.branches);
      const started = performance.now();
      await way.land(copy, some);
      rates.get(way.name)?.push(some.length / ((performance.now() - started) / 1000));
      const landed = Number(git(copy, 'rev-list', '--count', '--no-merges', TARGET)) - 1;
      if (landed !== some.length) throw new Error(`${way.name}: ${landed} of ${some.length} landed`);
      rmSync(copy, { recursive: true, force: true });
    }
  }
  rmSync(root, { recursive: true, force: true });
  const [queue = []] = rates.values();
  return [
    `${FILES} files, ${BRANCHES} branches of 3 files, ${ROUNDS} rounds`,
    '',
    '| way | best a second | median a second | the queue is (medians) |',
    '|---|---|---|---|',
    ...[...rates].map(
      ([name, each]) =>
        `| ${name} | ${Math.max(...each).toFixed(1)} | ${median(each).toFixed(1)} | ${(median(queue) / median(each)).toFixed(1)}x |`,
    ),
  ];
}

export async function memory(): Promise<string[]> {
  const count = 10_000;
  const { root, branches } = source(count);
  git(root, 'checkout', '--quiet', '--detach');
  const queue = await openCommitQueue({ repository: root });
  const rows: string[] = [];
  for (let at = 0; at < count; at += 1000) {
    await queue.enqueueAll(works(branches.slice(at, at + 1000), at));
    const started = performance.now();
    for await (const entry of queue.process())
      if (entry.state !== 'landed') throw new Error('not all landed');
    const rate = 1000 / ((performance.now() - started) / 1000);
    globalThis.gc?.();
    const { rss, heapUsed } = process.memoryUsage();
    rows.push(
      `| ${at + 1000} | ${(heapUsed / 2 ** 20).toFixed(0)} MiB | ${(rss / 2 ** 20).toFixed(0)} MiB | ${rate.toFixed(0)} |`,
    );
  }
  rmSync(root, { recursive: true, force: true });
  return ['| landings | heap | resident | a second |', '|---|---|---|---|', ...rows];
}

export async function enqueue(): Promise<string[]> {
  const count = 10_000;
  const { root, branches } = source(300);
  execFileSync('sync', ['-f', root]);
  const queue = await openCommitQueue({ repository: root });
  // Commits may be shared: the ticket makes each an entry of its own.
  const all = Array.from({ length: count }, (_, n) => branches[n % branches.length] as Branch);
  const rows: string[] = [];
  for (const [name, add] of [
    ['enqueueAll', (some: Work[]) => queue.enqueueAll(some)],
    ['enqueue, all at once', (some: Work[]) => Promise.all(some.map((work) => queue.enqueue(work)))],
  ] as const) {
    const some = works(all, rows.length * count);
    const started = performance.now();
    await add(some);
    rows.push(`| ${name} | ${(count / ((performance.now() - started) / 1000)).toFixed(0)} |`);
  }
  const listed = (await queue.list()).length;
  if (listed !== 2 * count) throw new Error(`${listed} entries`);
  rmSync(root, { recursive: true, force: true });
  return [`${count} entries, pinned and synced`, '', '| way | entries a second |', '|---|---|', ...rows];
}

function works(branches: readonly Branch[], from = 0): Work[] {
  return branches.map(({ commit, base }, n) => ({
    ticket: `B-${from + n}`,
    target: TARGET,
    message: `feat: B-${from + n}`,
    commit,
    base,
  }));
}

async function throughQueue(root: string, branches: readonly Branch[]): Promise<void> {
  const queue = await openCommitQueue({ repository: root });
  await queue.enqueueAll(works(branches));
  for await (const _ of queue.process());
}

async function besideCheckout(root: string, branches: readonly Branch[]): Promise<void> {
  git(root, 'checkout', '--quiet', '--detach');
  await throughQueue(root, branches);
}

async function oneByOne(root: string, branches: readonly Branch[]): Promise<void> {
  const queue = await openCommitQueue({ repository: root });
  for (const work of works(branches)) {
    await queue.enqueue(work);
    for await (const _ of queue.process());
  }
}

async function byCheckout(root: string, branches: readonly Branch[]): Promise<void> {
  for (const { commit } of branches) {
    git(root, 'checkout', '--quiet', 'main');
    git(root, 'merge', '--quiet', '--no-ff', '--no-edit', commit);
  }
}

async function byExeca(root: string, branches: readonly Branch[]): Promise<void> {
  const run = (...args: string[]) => execa('git', args, { cwd: root, env: ENVIRONMENT });
  for (const { commit } of branches) {
    await run('status', '--porcelain');
    await run('checkout', '--quiet', 'main');
    await run('merge', '--quiet', '--no-ff', '--no-edit', commit);
    await run('rev-parse', 'HEAD');
  }
}

async function byPlumbing(root: string, branches: readonly Branch[]): Promise<void> {
  for (const { commit } of branches) {
    const tip = git(root, 'rev-parse', TARGET);
    const tree = git(root, 'merge-tree', '--write-tree', tip, commit);
    const made = git(root, 'commit-tree', tree, '-p', tip, '-m', 'landing');
    git(root, 'update-ref', TARGET, made, tip);
  }
}

function copyOf(root: string): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'sage-bench-')));
  execFileSync('cp', ['-a', `${root}/.`, copy]);
  git(copy, 'update-index', '-q', '--refresh');
  // What making the copy has left to write is not the way's to sync.
  execFileSync('sync', ['-f', copy]);
  return copy;
}

/** A checkout of 5,000 files, and commits of 3 files each on its first one. */
function source(count: number): { root: string; branches: Branch[] } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sage-bench-')));
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.name', 'Bench');
  git(root, 'config', 'user.email', 'bench@example.org');
  const who = 'Bench <bench@example.org> 1700000000 +0000';
  const file = (n: number, text: string) =>
    `M 100644 inline d${n % 50}/e${n % 7}/f${n}.txt\ndata ${Buffer.byteLength(text)}\n${text}\n`;
  const lines = [`commit ${TARGET}\nmark :1\ncommitter ${who}\ndata 5\nfirst\n`];
  for (let n = 0; n < FILES; n += 1) lines.push(file(n, `content of ${n}\n`.repeat(20)));
  for (let n = 0; n < count; n += 1) {
    lines.push(`commit refs/side/${n}\nmark :${n + 2}\ncommitter ${who}\ndata 4\nwork\nfrom :1\n`);
    for (let each = 0; each < 3; each += 1) {
      const index = n * 3 + each;
      const text = `work ${n} ${each}\n`;
      lines.push(file(index < FILES ? index : FILES + index, text));
    }
    lines.push('\n');
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: lines.join(''), env: ENVIRONMENT });
  git(root, 'reset', '--quiet', '--hard');
  const base = git(root, 'rev-parse', TARGET);
  const ids = new Map(
    git(root, 'for-each-ref', '--format=%(refname) %(objectname)', 'refs/side')
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
  const branches = Array.from({ length: count }, (_, n) => ({
    commit: ids.get(`refs/side/${n}`) ?? '',
    base,
  }));
  return { root, branches };
}

function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    env: ENVIRONMENT,
    maxBuffer: 2 ** 30,
  }).trim();
}
