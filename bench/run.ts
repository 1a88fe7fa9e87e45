// Prints the tables of bench/README.md, measured now. Usage: pnpm bench [name ...]
import { cache } from './cache.ts';
import { conflicts } from './conflicts.ts';
import { disjoint } from './disjoint.ts';
import { overhead } from './overhead.ts';
import { parallel } from './parallel.ts';
import { engine } from './engine.ts';
import { graph } from './graph.ts';
import { enqueue, landing, memory } from './landing.ts';
import { verify } from './verify.ts';
import { worktrees } from './worktrees.ts';
import { machine } from './repository.ts';
import { scaling } from './scaling.ts';
import { schedule } from './schedule.ts';

const benchmarks: Readonly<Record<string, () => Promise<string[]>>> = {
  parallel,
  disjoint,
  graph,
  schedule,
  conflicts,
  engine,
  cache,
  scaling,
  landing,
  enqueue,
  memory,
  verify,
  worktrees,
  overhead,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
console.log(machine());
for (const name of names) {
  const run = benchmarks[name];
  if (!run) {
    console.error(
      `ERROR: no benchmark ${JSON.stringify(name)}: one of ${Object.keys(benchmarks).join(', ')}`,
    );
    process.exit(2);
  }
  console.log(`\n## ${name}\n\n${(await run()).join('\n')}`);
}
