// Figures of runs on several machines, all of them on 127.0.0.1: `pnpm bench:machines [name ...]`. Needs redis-server.
import { machine } from '../repository.ts';
import { cancel } from './cancel.ts';
import { broker, dispatch, parallel } from './dispatch.ts';
import { loss } from './loss.ts';
import { thousand } from './thousand.ts';

const benchmarks: Readonly<Record<string, () => Promise<string[]>>> = {
  dispatch,
  parallel,
  broker,
  loss,
  cancel,
  thousand,
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
