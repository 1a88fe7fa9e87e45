// Drives real agents against a scripted model on 127.0.0.1. Usage: pnpm e2e:agents [claude codex gemini opencode]
import { wrongInPlugin } from './plugin.ts';
import { PROGRAMS } from './programs.ts';
import { play } from './scenario.ts';

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS);
let [checked, failed] = [0, 0];
const tell = (name: string, wrong: readonly string[]) => {
  console.log(`${wrong.length === 0 ? 'ok    ' : 'FAILED'} ${name}`);
  for (const line of wrong) console.log(`       ${line}`);
  checked += 1;
  if (wrong.length > 0) failed += 1;
};
for (const name of names) {
  const program = PROGRAMS[name];
  if (!program) {
    console.error(`ERROR: no agent ${JSON.stringify(name)}: one of ${Object.keys(PROGRAMS).join(', ')}`);
    process.exit(2);
  }
  const started = performance.now();
  const wrong = await play(name, program).catch((error: unknown) => [String(error)]);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  tell(`${name} (${seconds} s)`, wrong);
  if (name === 'claude') tell('its plugin', wrongInPlugin());
}
console.log(`${checked - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
