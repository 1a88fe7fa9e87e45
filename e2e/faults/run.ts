// The whole fault campaign: `pnpm faults [kills] [part of a case's name]`. Prints the table, exit 1 where anything was
// lost, doubled or unclean.
import { availableParallelism } from 'node:os';
import { type Case, runCase, type Tally } from './campaign.ts';
import { damageCases } from './damage.ts';
import { limitCases } from './limits.ts';
import { meanwhileCases } from './meanwhile.ts';
import { runInOwnSpace } from './own-space.ts';
import { doubleCrashes, stepCases } from './step-cases.ts';
import { userCases } from './user-cases.ts';

const [wanted = '2000', part = ''] = process.argv.slice(2);
/** They also wait: for disks, and for each other. */
const AT_ONCE = availableParallelism() + 1;

// Ctrl-C ends it with what is known by then.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    report();
    process.exit(130);
  });

const totals = new Map<string, Tally>();
const skipped = new Set<string>();
const queue: Case[] = [];
let passes = 0;
for (; !isEnough(); passes += 1) {
  const cases = [...stepCases(1 + (passes % 3)), ...doubleCrashes(), ...damageCases(passes)];
  cases.push(...userCases(), ...meanwhileCases(), ...limitCases());
  const chosen = cases.filter(({ name }) => name.includes(part));
  // What goes on without a kill goes on alike in each pass.
  queue.push(...(passes === 0 ? chosen : chosen.map(withKills).filter(({ rounds }) => rounds.length > 0)));
  if (queue.length === 0) break;
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.error(`${sum('kills')} kills, ${sum('lost') + sum('doubled') + findings().length} findings`);
}
report();
process.exitCode = sum('lost') + sum('doubled') + findings().length === 0 ? 0 : 1;

function report(): void {
  const row = (...cells: (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
  row('case', 'runs', 'kills', 'stops', 'lost', 'doubled', 'unclean');
  row(...Array.from({ length: 7 }, () => '---'));
  for (const { name, runs, kills, stops, lost, doubled, unclean } of totals.values())
    row(name, runs, kills, stops, lost, doubled, unclean.length);
  row('all', sum('runs'), sum('kills'), sum('stops'), sum('lost'), sum('doubled'), findings().length);
  for (const name of skipped) console.error(`skipped, as this machine lets nobody mount: ${name}`);
  for (const finding of findings()) console.error(finding);
}

/** All cases once, and so many kills. */
function isEnough(): boolean {
  return passes > 0 && sum('kills') >= Number(wanted);
}

function withKills(each: Case): Case {
  const rounds = each.rounds.filter(({ kills }) => kills.some((kill) => kill !== undefined));
  return each.inOrder && rounds.length > 0 ? each : { ...each, rounds };
}

async function work(): Promise<void> {
  for (let next = queue.shift(); next && !isEnough(); next = queue.shift()) {
    const tally = next.space === undefined ? await runCase(next) : await runInOwnSpace(next);
    if (tally === undefined) {
      skipped.add(next.name);
      continue;
    }
    const before = totals.get(tally.name);
    totals.set(tally.name, {
      name: tally.name,
      runs: tally.runs + (before?.runs ?? 0),
      kills: tally.kills + (before?.kills ?? 0),
      stops: tally.stops + (before?.stops ?? 0),
      lost: tally.lost + (before?.lost ?? 0),
      doubled: tally.doubled + (before?.doubled ?? 0),
      unclean: [...(before?.unclean ?? []), ...tally.unclean],
    });
  }
}

function sum(what: 'runs' | 'kills' | 'stops' | 'lost' | 'doubled'): number {
  return [...totals.values()].reduce((total, tally) => total + tally[what], 0);
}

function findings(): string[] {
  return [...totals.values()].flatMap(({ name, unclean }) => unclean.map((finding) => `${name}: ${finding}`));
}
