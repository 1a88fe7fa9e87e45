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
import { printTables } from './print-tables.ts';
import { scaling } from './scaling.ts';
import { schedule } from './schedule.ts';

await printTables({
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
});
