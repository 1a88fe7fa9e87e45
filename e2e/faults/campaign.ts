import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openCommitQueue } from '@sage/commit-queue';
import { type Expectation, type Findings, inspect } from './inspect.ts';
import type { Orders } from './queue-child.ts';
import { type Campaign, ENVIRONMENT, git, LOST_LOCK_EXIT, makeRepository, TARGET } from './repository.ts';

export interface Tally extends Findings {
  name: string;
  runs: number;
  kills: number;
  /** Processes that gave up by themselves. */
  stops: number;
}

/** At a step, or after some milliseconds; undefined lets the process come to its end. */
export type Kill = NonNullable<Orders['kill']> | { after: number } | undefined;

/** One round queues work and lands it, after whatever the round before has left. */
export interface Round {
  /** What befalls the repository before. */
  before?: (root: string) => void;
  /** One process after another; only the first queues the round's work. */
  kills: readonly Kill[];
  meanwhile?: Orders['meanwhile'];
  /** Another process does the same at the same time, under the same command, and is not killed. */
  beside?: boolean;
  /** The command that the processes run under. */
  under?: readonly string[];
  clock?: number;
}

export interface Case extends Partial<Expectation> {
  name: string;
  rounds: readonly Round[];
  /** Rounds that only mean something one after the other. */
  inOrder?: boolean;
  /** Changes the works before the first round. */
  prepare?: (campaign: Campaign) => void;
  /** Before the last process, which nothing disturbs. */
  after?: (root: string) => void;
  /** The size of a file system of its own; the machine must let the user mount one. */
  space?: string;
}

const CHILD = fileURLToPath(new URL('./queue-child.ts', import.meta.url));
const A_ROUND = 3;

/** Disturbs one repository round after round, lets the queue finish, and counts what went wrong. */
export async function runCase({ name, rounds, prepare, after, ...expected }: Case): Promise<Tally> {
  const expectation: Expectation = { way: 'in groups', keeps: 'landed', followed: true, ...expected };
  const campaign = makeRepository(rounds.length * A_ROUND);
  const { root } = campaign;
  prepare?.(campaign);
  if (!expectation.followed) git(root, 'checkout', '--quiet', '--detach');
  const acknowledged = new Set<string>();
  let [runs, kills, stops, robbed] = [0, 0, 0, 0];
  const run = async (orders: Orders, kill?: Kill, under: readonly string[] = []) => {
    const atStep = kill && 'at' in kill ? kill : undefined;
    const { killed, exitCode, lines } = await child(
      { ...orders, ...(atStep && { kill: atStep }) },
      under,
      kill,
    );
    runs += 1;
    if (killed || atStep?.who === 'gits') kills += 1;
    if (exitCode !== 0) stops += 1;
    if (exitCode === LOST_LOCK_EXIT) robbed += 1;
    for (const ticket of lines) acknowledged.add(ticket);
  };
  for (const [n, { before, kills: wanted, meanwhile, beside, under, clock }] of rounds.entries()) {
    before?.(root);
    const works = campaign.works.slice(n * A_ROUND, (n + 1) * A_ROUND);
    const orders = { root, works, way: expectation.way, ...(clock !== undefined && { clock }) };
    const first = run({ ...orders, ...(meanwhile && { meanwhile }) }, wanted[0], under);
    await Promise.all([first, beside ? run(orders, undefined, under) : undefined]);
    for (const kill of wanted.slice(1)) await run({ ...orders, works: [] }, kill, under);
  }
  after?.(root);
  await run({ root, works: [], way: expectation.way });
  const findings = inspect(campaign, acknowledged, expectation);
  findings.unclean.push(...(await auditFindings(root, expectation)));
  if (robbed > 0) findings.unclean.push(`a lock was taken from a living process ${robbed} times in ${root}`);
  if (findings.lost + findings.doubled + findings.unclean.length === 0)
    rmSync(root, { recursive: true, force: true });
  return { name, runs, kills, stops, ...findings };
}

/** What the queue's own audit says; damage and a rewritten target leave landings that it has to name. */
async function auditFindings(root: string, { way, keeps }: Expectation): Promise<string[]> {
  if (keeps !== 'landed') return [];
  await using queue = await openCommitQueue({ repository: root });
  const isManaged = (path: string): boolean => way === 'with a managed file' && path === 'log';
  const { problems } = await queue.audit({ target: TARGET, isManaged });
  return problems.map(({ message }) => `audit: ${message} in ${root}`);
}

async function child(
  orders: Orders,
  under: readonly string[],
  kill: Kill,
): Promise<{ killed: boolean; exitCode: number; lines: string[] }> {
  const node = [process.execPath, '--conditions=@sage/source', '--disable-warning=ExperimentalWarning'];
  const [command, ...args] = [...under, ...node, CHILD, JSON.stringify(orders)];
  const started = spawn(command, args, {
    cwd: orders.root,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: ENVIRONMENT,
  });
  let output = '';
  started.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(started, 'close');
  if (kill && 'after' in kill) {
    await delay(kill.after);
    started.kill('SIGKILL');
  }
  await ended;
  return {
    killed: started.signalCode === 'SIGKILL',
    exitCode: started.exitCode ?? 0,
    lines: output.split('\n').slice(0, -1),
  };
}
