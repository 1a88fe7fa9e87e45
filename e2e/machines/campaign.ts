import { setTimeout as delay } from 'node:timers/promises';
import { FAULTS, type Fault, type Random, LEASE_MS } from './faults.ts';
import { inspect } from './inspect.ts';
import { Site } from './site.ts';

const TICKETS = 12;
const MACHINES = ['one', 'two', 'three'];
/** Two thirds of the tickets wait for another one. */
const tickets = Array.from({ length: TICKETS }, (_, n) => ({
  id: `M-${n + 1}`,
  dependencies: n < 4 ? [] : [`M-${n - 3}`],
}));
const AGENT =
  'cat > /dev/null; echo "on $SAGE_TICKET_ID"; sleep 0.$(( $$ % 10 )); sleep 0.4; mkdir -p out; echo "$SAGE_TICKET_ID" > "out/$SAGE_TICKET_ID.txt"';
/** A run that does not come to its end is wrong. */
const LIMIT_MS = 5 * 60_000;
/** Agents on other machines get 30 s of it to end. */
const STOP_LIMIT_MS = 90_000;

export interface Tally {
  /** Faults by name. */
  readonly faults: Map<string, number>;
  landed: number;
  readonly wrong: string[];
}

/** One run, disturbed at random until its tickets have landed; what went wrong is in `wrong`. */
export async function disturbedRun(seed: number, tally: Tally): Promise<void> {
  const random = randomOf(seed);
  const cleanups: (() => unknown)[] = [];
  try {
    const site = await Site.open({
      lease: LEASE_MS / 1000,
      tickets,
      agent: AGENT,
      onTestFinished: (clean) => void cleanups.push(clean),
    });
    // Clocks that are two minutes apart, where the program that fakes them is there.
    const skews = [[], fake('+2m'), fake('-2m')];
    for (const [n, name] of MACHINES.entries())
      await site.startMachine(name, 2, seed % 3 === 0 ? (skews[n] ?? []) : []);
    await untilDone(site, random, tally);
    const found = await inspect(
      site,
      tickets.map(({ id }) => id),
    );
    const refs = site.remoteRefs();
    if (refs !== '') found.push(`left on the remote: ${refs}`);
    for (const machine of site.machines) machine.process.kill('SIGTERM');
    await Promise.all(site.machines.map(({ process: child }) => ended(child)));
    const agents = site.agentsLeft();
    if (agents.length > 0) found.push(`agents that run still: ${agents.join('; ')}`);
    tally.landed += site.sandbox.landings().length;
    tally.wrong.push(...found.map((each) => `seed ${seed}: ${each}`));
  } catch (error) {
    tally.wrong.push(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    for (const clean of cleanups.toReversed()) await clean();
  }
}

/** Runs the coordinator again and again, killed at random, until it says that everything is done. */
async function untilDone(site: Site, random: Random, tally: Tally): Promise<void> {
  const began = performance.now();
  for (;;) {
    if (performance.now() - began > LIMIT_MS) throw new Error('the run has no end');
    const running = site.startRun();
    const over = running.then(() => true);
    const kill = setTimeout(() => running.kill('SIGKILL'), LIMIT_MS);
    while (!(await Promise.race([over, delay(300 + 1_500 * random(), false)]))) {
      if (random() < 0.15) {
        const [signal, name] =
          random() < 0.5
            ? (['SIGKILL', 'coordinator kill -9'] as const)
            : (['SIGINT', 'coordinator SIGINT'] as const);
        const isParted = random() < 0.3;
        count(tally, isParted ? `${name}, parted from the broker` : name);
        if (isParted) {
          site.way.part();
          await delay(1_000 * random());
        }
        running.kill(signal);
        if (!(await Promise.race([over, delay(STOP_LIMIT_MS, false)])))
          throw new Error(`${name} has not ended the run within ${STOP_LIMIT_MS / 1000} s`);
        site.way.heal();
        break;
      }
      const fault = FAULTS[Math.floor(random() * FAULTS.length)] as Fault;
      count(tally, fault.name);
      await fault.happen(site, random);
    }
    clearTimeout(kill);
    const { exitCode, stderr } = await running;
    if (stderr.includes('internal error')) throw new Error(stderr);
    if (exitCode === 0) return;
    // It had come to its end before it was killed.
    if (stderr.includes('no run on this branch was interrupted')) return;
    // What the run needs was out of reach for too long, or at its start; a person starts it again.
    const isOutOfReach = exitCode === 3 || (exitCode === 2 && stderr.includes('cannot be used: '));
    if (exitCode !== undefined && exitCode !== 130 && !isOutOfReach)
      throw new Error(`exit ${exitCode}: ${stderr}`);
  }
}

function count(tally: Tally, name: string): void {
  tally.faults.set(name, (tally.faults.get(name) ?? 0) + 1);
}

/** A linear congruential generator (Numerical Recipes, 3rd edition, 7.1.4). */
function randomOf(seed: number): Random {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** By the library itself: the program `faketime` is a process of its own, which a kill would hit in place of the worker. */
function fake(offset: string): string[] {
  const library = process.env['SAGE_FAKETIME'];
  return library === undefined
    ? []
    : ['env', 'FAKETIME_DONT_FAKE_MONOTONIC=1', `LD_PRELOAD=${library}`, `FAKETIME=${offset}`];
}

function ended(child: {
  exitCode: number | null;
  signalCode: unknown;
  once: (e: 'exit', l: () => void) => unknown;
}) {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise<void>((resolve) => child.once('exit', () => resolve()));
}
