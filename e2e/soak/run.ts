// A long run on 8 workers in which every tenth agent misbehaves. Usage: pnpm soak [tickets]; prints what it saw, exit 1 where anything
// was lost or left behind.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { median } from '../../bench/median.ts';
import { parseEvents, Sandbox } from '../sandbox.ts';
import { processesWith, watchProcess } from './watch.ts';

const TICKETS = Number(process.argv[2] ?? 500);
const FAKE = join(import.meta.dirname, '../../packages/workers/test/fake-agent.ts');
/** Acts after which a ticket is completed all the same, and those after which it cannot be. */
const COMPLETED =
  'flood half-line double-fork other-branch write-hooks change-index limit-then-ok fail-then-ok stash-and-pop left-stash gc delete-git pipes read-only-tree deep-path unreadable'.split(
    ' ',
  );
const DEFERRED = 'hang ignore-signals no-output full-disk delete-worktree lie denied long-reason'.split(' ');
const ACTS = [...COMPLETED, ...DEFERRED];

const wrong: string[] = [];
const expect = (what: string, holds: boolean) => {
  if (!holds) wrong.push(what);
};
const tickets = Array.from({ length: TICKETS }, (_, n) => ({
  id: `S-${n + 1}`,
  title: n % 10 === 5 ? (ACTS[Math.floor(n / 10) % ACTS.length] ?? 'ok') : 'ok',
  // A few chains among the rest.
  dependencies: n % 10 === 9 ? [`S-${n}`] : [],
}));
const cleanups: (() => unknown)[] = [];
const sandbox = await Sandbox.create(tickets, { onTestFinished: (clean) => void cleanups.push(clean) });
const memory = join(sandbox.root, '../memory');
const agent = `if grep -q '"title": "ok"' "$SAGE_TICKET_FILE"; then mkdir -p work && echo x > work/$SAGE_TICKET_ID; else exec '${process.execPath}' '${FAKE}' '${memory}'; fi`;
const args = ['stream', '--auto', '--json', '--parallel=8', '--max-attempts=2', '--idle-timeout=4s'];
const started = performance.now();
const heapFile = join(sandbox.root, '../heap');
const child = sandbox.start([...args, '--agent=claude', '--agent-command', agent], {
  NODE_OPTIONS: `--expose-gc --import=${join(import.meta.dirname, 'heap-watch.mjs')}`,
  SAGE_SOAK_HEAP: heapFile,
});
const { samples, stop } = watchProcess(child.pid ?? 0, 500);
const { exitCode, stdout, stderr } = await child;
stop();
const seconds = (performance.now() - started) / 1000;

const events = parseEvents(stdout);
const states = await sandbox.states();
const misjudged = tickets.filter(
  ({ id, title }) => states[id] !== (DEFERRED.includes(title) ? 'DEFERRED' : 'COMPLETED'),
);
const due = tickets.some(({ title }) => DEFERRED.includes(title)) ? 1 : 0;
expect(`exit code ${due}, not ${exitCode}: ${stderr.slice(-500)}`, exitCode === due);
expect(`each ticket ends as it has to: ${JSON.stringify(misjudged.slice(0, 5))}`, misjudged.length === 0);
const completed = Object.values(states).filter((state) => state === 'COMPLETED').length;
expect(
  `${completed} landings, each once`,
  new Set(sandbox.landings().map(({ ticket }) => ticket)).size === completed,
);
expect('no landing twice', sandbox.landings().length === completed);
const left = processesWith(`SAGE_RUN_ID=${events[0]?.run}`);
expect(`no process is left: ${left.join()}`, left.length === 0);
const worktrees = await sandbox.worktrees();
expect(`no worktree is left: ${worktrees.join()}`, worktrees.length === 0);
const locks = readdirSync(sandbox.root, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.lock'),
);
expect(`no lock is left: ${locks.join()}`, locks.length === 0);
expect('the checkout is clean', sandbox.git('status', '--porcelain') === '');

/** Medians of the second quarter of the run and of the last. */
function quarters<T>(all: readonly T[], figure: (one: T) => number): [number, number] {
  const quarter = Math.floor(all.length / 4);
  const parts = [all.slice(quarter, 2 * quarter), all.slice(-quarter)] as const;
  return [median(parts[0].map(figure)), median(parts[1].map(figure))];
}
const heaps = readFileSync(heapFile, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as { heapUsed: number; external: number });
const heap = quarters(heaps, ({ heapUsed, external }) => (heapUsed + external) / 2 ** 20);
const resident = quarters(samples, ({ megabytes }) => megabytes);
const files = quarters(samples, (sample) => sample.files);
expect('what the coordinator holds stays flat', heap[1] < heap[0] * 1.1 + 5);
expect('its resident memory stays flat', resident[1] < resident[0] * 1.3 + 10);
expect('its open files stay flat', files[1] <= files[0] + 10);

console.log(
  `${TICKETS} tickets, 8 workers: ${completed} completed, ${TICKETS - completed} deferred in ${seconds.toFixed(0)} s`,
);
const change = ([early, late]: [number, number]) => `${early.toFixed(0)} MB, then ${late.toFixed(0)} MB`;
console.log(`second quarter and last: held after a collection ${change(heap)}`);
console.log(`resident ${change(resident)}; open files ${files[0]}, then ${files[1]}`);
for (const line of wrong) console.log(`FAILED ${line}`);
console.log(wrong.length === 0 ? '1 passed, 0 failed' : '0 passed, 1 failed');
for (const clean of cleanups) await clean();
process.exitCode = wrong.length === 0 ? 0 : 1;
