import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { STEPS, type Work } from '@sage/commit-queue';
import type { Orders } from './queue-child.ts';

export interface Tally {
  name: string;
  kills: number;
  /** Acknowledged work that is not on the target. */
  lost: number;
  doubled: number;
  /** Findings of the other checks: a wrong tree, damage, changes of the user gone, leftovers. */
  unclean: string[];
}

const CHILD = fileURLToPath(new URL('./queue-child.ts', import.meta.url));
const TARGET = 'refs/heads/main';
const ENVIRONMENT = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
const A_ROUND = 3;

export type Kill = NonNullable<Orders['kill']> | { after: number } | undefined;

export interface Case {
  name: string;
  managed: boolean;
  /** One a round: each round queues work and lands it, after whatever the kill before has left. */
  kills: readonly Kill[];
  /** What else happens before a round. */
  before?: (root: string, round: number) => void;
}

/** Every step of every way to land, killed each way. */
export function stepCases(occurrences: readonly number[]): Case[] {
  return [false, true].flatMap((managed) =>
    (['process', 'gits', 'all'] as const).map((who) => ({
      name: `${who === 'gits' ? 'its gits' : who === 'all' ? 'queue and gits' : 'the queue'} killed at each step, ${managed ? 'one by one' : 'in groups'}`,
      managed,
      kills: STEPS.flatMap((at) => occurrences.map((occurrence) => ({ at, occurrence, who }))),
    })),
  );
}

/** Kills one repository again and again, lets the queue finish, and counts what went wrong. */
export async function runCase({ name, managed, kills, before }: Case): Promise<Tally> {
  const { root, works } = makeRepository(kills.length * A_ROUND);
  const tally: Tally = { name, kills: 0, lost: 0, doubled: 0, unclean: [] };
  const acknowledged = new Map<string, string>();
  const run = async (orders: Orders, after?: number) => {
    const { killed, lines } = await child(orders, after);
    if (killed) tally.kills += 1;
    for (const line of lines) {
      const [id = '', ticket = ''] = line.split(' ');
      acknowledged.set(id, ticket);
    }
  };
  for (const [round, kill] of kills.entries()) {
    before?.(root, round);
    const orders = { root, managed, works: works.slice(round * A_ROUND, (round + 1) * A_ROUND) };
    if (kill === undefined || 'after' in kill) await run(orders, kill?.after);
    else await run({ ...orders, kill });
    if (kill && 'who' in kill && kill.who === 'gits') tally.kills += 1;
  }
  await run({ root, managed, works: [] });
  inspect(root, works, acknowledged, managed, tally);
  if (tally.unclean.length === 0 && tally.lost + tally.doubled === 0)
    rmSync(root, { recursive: true, force: true });
  return tally;
}

async function child(
  orders: Orders,
  after: number | undefined,
): Promise<{ killed: boolean; lines: string[] }> {
  const started = spawn(
    process.execPath,
    ['--conditions=@sage/source', '--disable-warning=ExperimentalWarning', CHILD, JSON.stringify(orders)],
    { stdio: ['ignore', 'pipe', 'ignore'], env: ENVIRONMENT },
  );
  let output = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(started, 'close');
  if (after !== undefined) {
    await delay(after);
    started.kill('SIGKILL');
  }
  await ended;
  const lines = output.split('\n').slice(0, -1);
  return { killed: started.signalCode === 'SIGKILL', lines };
}

/** All by plain git: none of the code that landed the work has a say. */
function inspect(
  root: string,
  works: readonly Work[],
  acknowledged: ReadonlyMap<string, string>,
  managed: boolean,
  tally: Tally,
): void {
  const commits = new Map(works.map((work) => [work.ticket, 'commit' in work ? work.commit : '']));
  const log = git(
    root,
    'log',
    '--reverse',
    '--format=%H %(trailers:key=Sage-Entry,valueonly,separator=%x2C) %(trailers:key=Sage-Ticket,valueonly,separator=%x2C)',
    TARGET,
  );
  const landed = new Map<string, number>();
  for (const line of log.split('\n')) {
    const [commit = '', entry = '', ticket = ''] = line.split(' ');
    if (entry === '') continue;
    landed.set(ticket, (landed.get(ticket) ?? 0) + 1);
    const tree = git(root, 'merge-tree', '--write-tree', `${commit}^`, commits.get(ticket) ?? '');
    const others = git(root, 'diff-tree', '-r', '--name-only', tree, commit);
    if (others !== (managed ? 'log' : '')) tally.unclean.push(`${ticket}: ${others} is not of the merge`);
  }
  for (const ticket of acknowledged.values()) if (!landed.has(ticket)) tally.lost += 1;
  for (const times of landed.values()) tally.doubled += times - 1;
  const check = (what: string, found: string, wanted: string) => {
    if (found !== wanted) tally.unclean.push(`${what}: ${JSON.stringify(found.slice(0, 200))} in ${root}`);
  };
  check('status', git(root, 'status', '--porcelain'), 'M mine\n?? new');
  check('edit', readFileSync(join(root, 'mine'), 'utf8'), 'edited');
  check('log', readFileSync(join(root, 'log'), 'utf8'), managed ? '+'.repeat(landed.size) : '');
  const pins = git(root, 'for-each-ref', '--format=%(objectname)', 'refs/sage/queue')
    .split('\n')
    .filter(Boolean);
  // Work that was killed between its pin and its acknowledgement keeps the pin.
  const kept = new Set(acknowledged.values());
  const known = new Set([...kept].map((ticket) => commits.get(ticket)));
  for (const pin of pins)
    if (known.has(pin) && !unacknowledgedTwin(pin)) tally.unclean.push(`pin of ${pin} is left`);
  try {
    git(root, 'fsck', '--strict', '--no-dangling');
  } catch (error) {
    tally.unclean.push(`fsck: ${String(error).slice(0, 200)}`);
  }

  function unacknowledgedTwin(commit: string): boolean {
    return ![...acknowledged.values()].some((ticket) => commits.get(ticket) === commit);
  }
}

function makeRepository(count: number): { root: string; works: Work[] } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sage-faults-')));
  git(root, 'init', '--quiet', '--initial-branch=main');
  git(root, 'config', 'user.name', 'Una');
  git(root, 'config', 'user.email', 'una@example.org');
  const who = 'Una <una@example.org> 1700000000 +0000';
  const file = (path: string, text: string) => `M 100644 inline ${path}\ndata ${text.length}\n${text}\n`;
  const lines = [
    `commit ${TARGET}\nmark :1\ncommitter ${who}\ndata 5\nfirst\n`,
    file('log', ''),
    file('mine', 'theirs'),
  ];
  for (let n = 0; n < count; n += 1) lines.push(file(`old/${n}`, '1'));
  for (let n = 0; n < count; n += 1) {
    lines.push(`commit refs/work/${n}\nmark :${n + 2}\ncommitter ${who}\ndata 4\nwork\nfrom :1\n`);
    lines.push(file(`old/${n}`, '2'), file(`new-${n}/f`, String(n)), '\n');
  }
  execFileSync('git', ['fast-import', '--quiet'], { cwd: root, input: lines.join(''), env: ENVIRONMENT });
  git(root, 'reset', '--quiet', '--hard');
  const base = git(root, 'rev-parse', TARGET);
  writeFileSync(join(root, 'mine'), 'edited');
  writeFileSync(join(root, 'new'), 'untracked');
  const works = Array.from({ length: count }, (_, n) => ({
    ticket: `T-${n}`,
    target: TARGET,
    message: `feat: T-${n}`,
    base,
    commit: git(root, 'rev-parse', `refs/work/${n}`),
  }));
  return { root, works };
}

export function git(root: string, ...args: string[]): string {
  return execFileSync('git', args, {
    cwd: root,
    encoding: 'utf8',
    env: ENVIRONMENT,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}
