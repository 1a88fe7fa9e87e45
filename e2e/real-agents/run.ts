// Drives real agents against a scripted model on 127.0.0.1. Usage: pnpm e2e:agents [claude codex gemini opencode]
import { PROGRAMS } from './programs.ts';
import { play } from './scenario.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS);
let failed = 0;
for (const name of names) {
  const program = PROGRAMS[name];
  if (!program) {
    console.error(`ERROR: no agent ${JSON.stringify(name)}: one of ${Object.keys(PROGRAMS).join(', ')}`);
    process.exit(2);
  }
  const started = performance.now();
  const wrong = await play(name, program).catch((error: unknown) => [String(error)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  for (const line of wrong) console.log(`       ${line}`);
  if (wrong.length > 0) failed += 1;
}
console.log(`${names.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
