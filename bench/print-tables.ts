import { machine } from './repository.ts';

/** Runs the benchmarks that the command line names, or all, and prints their tables. */
export async function printTables(
  benchmarks: Readonly<Record<string, () => Promise<string[]>>>,
): Promise<void> {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(benchmarks);
  console.log(machine());
  for (const name of names) {
    const run = benchmarks[name];
    if (!run) {
      const known = Object.keys(benchmarks).join(', ');
      console.error(`ERROR: no benchmark ${JSON.stringify(name)}: one of ${known}`);
      process.exit(2);
    }
    console.log(`\n## ${name}\n\n${(await run()).join('\n')}`);
  }
}
