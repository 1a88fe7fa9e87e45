// Landings with a verify of 30 s, on a virtual clock: the speculation of the queue with 1 and 4 slots.
import { speculate } from '../packages/commit-queue/src/verification/speculate.ts';
import { median } from './median.ts';
import { seeded } from './seeded.ts';

const ENTRIES = 100;
const SECONDS = 30;
const SLOTS = 4;
const ROUNDS = 21;

export async function verify(): Promise<string[]> {
  const rows: string[] = [];
  for (const [percent, goal] of [
    [0, 3.9],
    [5, 2.8],
  ] as const) {
    const ratios: number[] = [];
    const hours: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const bad = chooseBad(round, (ENTRIES * percent) / 100);
      const serial = await landed(bad, 1);
      const parallel = await landed(bad, SLOTS);
      ratios.push(serial / parallel);
      hours.push(parallel);
    }
    rows.push(
      `| ${percent} % | ${median(hours).toFixed(0)} s | ${median(ratios).toFixed(2)}x | ${Math.min(...ratios).toFixed(2)}x | ${goal}x |`,
    );
  }
  return [
    `${ENTRIES} entries, a verify of ${SECONDS} s, ${SLOTS} slots against 1, ${ROUNDS} seeds`,
    '',
    '| bad | time (median) | against one at a time (median) | worst seed | goal |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

/** Virtual seconds until all is settled. Throws where a bad one landed or a good one did not. */
async function landed(bad: ReadonlySet<number>, slots: number): Promise<number> {
  let now = 0;
  const due: { at: number; end: () => void }[] = [];
  const branch: number[] = [];
  let over = false;
  const run = speculate<number, number[]>(
    Array.from({ length: ENTRIES }, (_, n) => n),
    slots,
    {
      build: (entry, below) => Promise.resolve([...(below.at(-1) ?? branch), entry]),
      more: () => [],
      arrival: () => new Promise(() => {}),
      stopped: () => false,
      verify: (_, candidate, signal) =>
        new Promise((resolve) => {
          const ok = !candidate.some((entry) => bad.has(entry));
          const end = { at: now + SECONDS, end: () => resolve({ ok, output: '' }) };
          due.push(end);
          signal.addEventListener('abort', () => {
            if (due.includes(end)) due.splice(due.indexOf(end), 1);
            resolve({ ok: false, output: 'ended' });
          });
        }),
      land: (green) => Promise.resolve(branch.push(...green.map(({ entry }) => entry)) > 0),
      eject: (entry) => (bad.has(entry) ? Promise.resolve() : Promise.reject(new Error(`${entry} is good`))),
      unbuildable: () => Promise.resolve(true),
    },
  ).finally(() => (over = true));
  for (;;) {
    // Lets everything that can go on without time passing go on.
    await new Promise((resolve) => setImmediate(resolve));
    if (over) break;
    const next = Math.min(...due.map(({ at }) => at));
    now = next;
    for (const each of due.filter(({ at }) => at === next)) {
      due.splice(due.indexOf(each), 1);
      each.end();
    }
  }
  await run;
  if (branch.length !== ENTRIES - bad.size || branch.some((entry) => bad.has(entry)))
    throw new Error('a bad one landed, or a good one did not');
  return now;
}

function chooseBad(seed: number, count: number): Set<number> {
  const random = seeded(seed + 1);
  const bad = new Set<number>();
  while (bad.size < count) bad.add(Math.floor(random() * ENTRIES));
  return bad;
}
