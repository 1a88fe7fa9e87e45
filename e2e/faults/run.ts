// The whole fault campaign: `pnpm faults [kills]`. Prints the table, exit 1 where anything was lost, doubled or unclean.
import { type Case, runCase, stepCases, type Tally } from './campaign.ts';
import { damageCases } from './damage.ts';

const wanted = Number(process.argv[2] ?? 2000);
const AT_ONCE = 2;

const totals = new Map<string, Tally>();
const queue: Case[] = [];
for (let round = 0; kills() < wanted; round += 1) {
  queue.push(...stepCases([1 + (round % 3)]), ...damageCases(round));
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  console.error(`${kills()} kills, ${sum('lost') + sum('doubled') + findings().length} findings`);
}
console.log('| case | kills | lost | doubled | unclean |\n|---|---|---|---|---|');
for (const { name, kills: count, lost, doubled, unclean } of totals.values())
  console.log(`| ${name} | ${count} | ${lost} | ${doubled} | ${unclean.length} |`);
console.log(`| all | ${kills()} | ${sum('lost')} | ${sum('doubled')} | ${findings().length} |`);
for (const finding of findings()) console.error(finding);
process.exitCode = sum('lost') + sum('doubled') + findings().length === 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const tally = await runCase(next);
    const before = totals.get(tally.name);
    totals.set(tally.name, {
      name: tally.name,
      kills: tally.kills + (before?.kills ?? 0),
      lost: tally.lost + (before?.lost ?? 0),
      doubled: tally.doubled + (before?.doubled ?? 0),
      unclean: [...(before?.unclean ?? []), ...tally.unclean],
    });
  }
}

function kills(): number {
  return [...totals.values()].reduce((total, tally) => total + tally.kills, 0);
}

function sum(what: 'lost' | 'doubled'): number {
  return [...totals.values()].reduce((total, tally) => total + tally[what], 0);
}

function findings(): string[] {
  return [...totals.values()].flatMap(({ name, unclean }) => unclean.map((finding) => `${name}: ${finding}`));
}
