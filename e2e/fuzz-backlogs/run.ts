// Damaged backlogs of other tools: each is read, or refused in one line, and what is read can be written.
// `pnpm fuzz:backlogs [NUMBER] [FIRST]`: so many, from this one on; a number does the same each time.
import { attempt } from './attempt.ts';

const [count = 1_000_000, first = 0] = process.argv.slice(2).map(Number);
/** An input of a few kilobytes that takes longer hangs, or nearly. */
const SLOW_MS = 2_000;
const counts = new Map<string, number>();
let faults = 0;
for (let number = first; number < first + count; number++) {
  const begun = process.cpuUsage();
  try {
    const { format, outcome } = attempt(number);
    const key = `${format}: ${outcome}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  } catch (error) {
    faults += 1;
    console.log(error);
    if (faults === 20) break;
  }
  const took = process.cpuUsage(begun);
  const milliseconds = (took.user + took.system) / 1000;
  if (milliseconds > SLOW_MS) {
    faults += 1;
    console.log(`${number}: took ${Math.round(milliseconds)} ms`);
  }
}
for (const [key, times] of [...counts].toSorted(([one], [other]) => one.localeCompare(other)))
  console.log(`${key} ${times}`);
console.log(`${count} damaged backlogs, ${faults} faults`);
process.exitCode = faults > 0 ? 1 : 0;
