// Attacks on the sandbox, as root and as an ordinary user, with and without network. Each has to fail; and those that can
// are played without a sandbox as well, where they have to succeed: else the campaign would not see them.
import type { Attack } from './attack.ts';
import { ATTACKS } from './attacks.ts';
import type { Play } from './arena-child.ts';
import { playAttacks } from './play.ts';

const isRoot = process.getuid?.() === 0;
const modes: Omit<Play, 'attacks'>[] = (isRoot ? (['root', 'user'] as const) : (['user'] as const)).flatMap(
  (user) => [true, false].map((network) => ({ user, sandbox: true, network })),
);
/** `pnpm attacks TEXT`: those with this text in their name. */
const text = process.argv[2] ?? '';
const fits = ({ name, offline, by }: Attack, { user, network }: Omit<Play, 'attacks'>) =>
  name.includes(text) && !(offline && network) && (by === undefined || by === user);
let [failed, held] = [0, 0];
for (const mode of modes) {
  const attacks = ATTACKS.filter((attack) => fits(attack, mode)).map(({ name }) => name);
  const played = await playAttacks({ ...mode, attacks });
  for (const { name, wrong } of played) {
    if (wrong.length === 0) held += 1;
    else {
      failed += 1;
      console.log(
        `FAILED ${mode.user}, ${mode.network ? '' : 'no '}network: ${name}\n  ${wrong.join('\n  ')}`,
      );
    }
  }
  console.log(`${mode.user}, ${mode.network ? 'with' : 'without'} network: ${played.length} attacks played`);
  if (played.length < attacks.length) failed += attacks.length - played.length;
}
const seen = ATTACKS.filter((one) => !one.uncontrolled && one.by !== 'root' && one.name.includes(text)).map(
  ({ name }) => name,
);
const control = await playAttacks({ user: 'user', sandbox: false, network: true, attacks: seen });
for (const { name, wrong } of control)
  if (wrong.length === 0) {
    failed += 1;
    console.log(`FAILED without a sandbox it has to succeed: ${name}`);
  }
console.log(
  `without a sandbox: ${control.filter(({ wrong }) => wrong.length > 0).length} of ${seen.length} succeed`,
);
console.log(`${held} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
