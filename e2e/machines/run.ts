// The campaign of faults on several machines: `pnpm cluster-faults [faults] [first seed]`. Prints the table, exit 1 where
// anything was lost, doubled or left. Needs redis-server; `faketime` sets clocks apart where it is there.
import { globSync } from 'node:fs';
import { disturbedRun, type Tally } from './campaign.ts';
import { killedAtStep } from './steps.ts';

const [wanted = '200', first = '1'] = process.argv.slice(2);
/** Runs beside each other. */
const AT_ONCE = 2;

const [library] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
if (library === undefined) console.error('without faketime all clocks are the same');
else process.env['SAGE_FAKETIME'] = library;
const tally: Tally = { faults: new Map(), landed: 0, wrong: [] };
let seed = Number(first);
let runs = 0;
/** Findings that were told. */
let told = 0;
const total = () => [...tally.faults.values()].reduce((sum, times) => sum + times, 0);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    report();
    process.exit(130);
  });
await everyStep();
await Promise.all(Array.from({ length: AT_ONCE }, work));
report();
process.exitCode = tally.wrong.length === 0 ? 0 : 1;

/** The coordinator killed at each event of a run, one run each. */
async function everyStep(): Promise<void> {
  for (let step = 1; ; step += 1) {
    const cleanups: (() => Promise<void> | void)[] = [];
    try {
      const { event, wrong } = await killedAtStep(step, (clean) => cleanups.push(clean));
      tally.wrong.push(...wrong.map((each) => `step ${step}: ${each}`));
      for (; told < tally.wrong.length; told += 1) console.error(tally.wrong[told]);
      if (event === undefined) return;
      console.error(`step ${step}: killed after ${event}`);
      const name = 'coordinator kill -9 at each event';
      tally.faults.set(name, (tally.faults.get(name) ?? 0) + 1);
    } finally {
      for (const clean of cleanups.toReversed()) await clean();
    }
  }
}

async function work(): Promise<void> {
  while (total() < Number(wanted)) {
    const mine = seed;
    seed += 1;
    await disturbedRun(mine, tally);
    runs += 1;
    for (; told < tally.wrong.length; told += 1) console.error(tally.wrong[told]);
    console.error(
      `seed ${mine}: ${total()} faults, ${tally.landed} landings, ${tally.wrong.length} findings`,
    );
  }
}

function report(): void {
  console.log('| fault | times |\n| --- | --- |');
  for (const [name, times] of [...tally.faults].toSorted(([a], [b]) => a.localeCompare(b)))
    console.log(`| ${name} | ${times} |`);
  console.log(`| all | ${total()} |`);
  console.log(`${runs} runs, ${tally.landed} landings, ${tally.wrong.length} findings`);
}
