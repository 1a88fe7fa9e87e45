// Mutated backlogs of other tools: `pnpm fuzz:backlogs [cases] [seed]`. Exit 1 where one was neither read and written
// as promised, nor refused with a place.
import { fuzzBacklogs } from './campaign.ts';

const [cases = '100000', seed = '1'] = process.argv.slice(2);
/** A backlog of a few lines takes a thousandth of it. */
const HANGS_MS = 5000;

const { read, refused, found, slowest } = fuzzBacklogs(Number(cases), Number(seed));
for (const one of found.slice(0, 10)) console.log(JSON.stringify(one, null, 1));
console.log(
  `${read} read, ${refused} refused, ${found.length} wrong; the slowest took ${slowest.toFixed(0)} ms`,
);
if (found.length > 0 || slowest > HANGS_MS) process.exitCode = 1;
