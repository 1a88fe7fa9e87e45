import fc from 'fast-check';
import { expect, test } from 'vitest';
import { landInBatches } from '../../src/verification/land-in-batches.ts';
import { speculate } from '../../src/verification/speculate.ts';
import type { VerificationPorts } from '../../src/verification/verification-ports.ts';

/** A branch of numbers; a candidate is all that is below it and itself. `takes` gives a verify's rounds. */
function world(bad: ReadonlySet<number>, flaky: ReadonlySet<number>, slots: number) {
  const branch: number[] = [];
  const ejected: number[] = [];
  const told: number[] = [];
  let running = 0;
  let widest = 0;
  const failedOnce = new Set<number>();
  const ports: VerificationPorts<number, number[]> = {
    build: (entry, below) => Promise.resolve([...(below.at(-1) ?? branch), entry]),
    verify: async (entry, candidate) => {
      running += 1;
      widest = Math.max(widest, running);
      for (let turn = 0; turn <= entry % 5; turn += 1) await Promise.resolve();
      running -= 1;
      const once = flaky.has(entry) && !failedOnce.has(entry);
      failedOnce.add(entry);
      return { ok: !once && !candidate.some((each) => bad.has(each)), output: `of ${entry}` };
    },
    land: (green) => {
      for (const { entry, candidate, flaky: again } of green) {
        expect(candidate).toEqual([...branch, entry]);
        branch.push(entry);
        if (again) told.push(entry);
      }
      return Promise.resolve(true);
    },
    eject: (entry) => Promise.resolve(void ejected.push(entry)),
    unbuildable: () => Promise.reject(new Error('all can be built')),
    more: () => [],
    arrival: () => new Promise(() => {}),
    stopped: () => false,
  };
  return { branch, ejected, told, ports, widest: () => widest, slots };
}

test('whatever is bad or flaky: the bad are ejected, all others land, on green commits only', async () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      numbers,
      fc.integer({ min: 1, max: 6 }),
      fc.func(fc.constantFrom('good', 'good', 'bad', 'flaky')),
      async (entries, slots, kind) => {
        const bad = new Set(entries.filter((entry) => kind(entry) === 'bad'));
        const flaky = new Set(entries.filter((entry) => kind(entry) === 'flaky'));
        const { branch, ejected, told, ports, widest } = world(bad, flaky, slots);
        await speculate(entries, slots, ports);
        expect(ejected.toSorted((a, b) => a - b)).toEqual([...bad].toSorted((a, b) => a - b));
        expect(new Set(branch)).toEqual(new Set(entries.filter((entry) => !bad.has(entry))));
        expect(branch).toHaveLength(entries.length - bad.size);
        expect(told.every((entry) => !bad.has(entry))).toBe(true);
        expect(widest()).toBeLessThanOrEqual(slots);
        // In the order they came, but for those that were tried twice.
        const steady = (entry: number) => !bad.has(entry) && !flaky.has(entry);
        expect(branch.filter(steady)).toEqual(entries.filter(steady));
      },
    ),
    { numRuns: 300 },
  );
});

test('a target that moves rebuilds all candidates; one that cannot be built is settled on the tip', async () => {
  const { branch, ports } = world(new Set(), new Set(), 3);
  let moved = false;
  const settled: number[] = [];
  const { build, land } = ports;
  await speculate([1, 2, 3, 4], 3, {
    ...ports,
    build: (entry, below) => (entry === 3 ? Promise.resolve(undefined) : build(entry, below)),
    unbuildable: (entry) => Promise.resolve(settled.push(entry) > 0),
    land: (green) => {
      if (moved) return land(green);
      moved = true;
      branch.push(100);
      return Promise.resolve(false);
    },
  });
  expect(branch).toEqual([100, 1, 2, 4]);
  expect(settled).toEqual([3]);
});

for (const [way, run] of [
  ['in a chain', (ports: VerificationPorts<number, number[]>) => speculate([1, 2, 3], 3, ports)],
  ['in batches', (ports: VerificationPorts<number, number[]>) => landInBatches([1, 2, 3], 3, ports)],
] as const)
  test(`${way}: one that could not be built once lands all the same`, async () => {
    const { branch, ports } = world(new Set(), new Set(), 3);
    let failures = 2;
    await run({
      ...ports,
      build: (entry, below) => (failures-- > 0 ? Promise.resolve(undefined) : ports.build(entry, below)),
      unbuildable: () => Promise.resolve(false),
    });
    expect(branch).toEqual([1, 2, 3]);
  });

test('what comes while others are verified joins them', async () => {
  const { branch, ports } = world(new Set(), new Set(), 3);
  const coming = [[2], [3, 4]];
  const three = Promise.withResolvers<void>();
  const started: number[] = [];
  await speculate([1], 3, {
    ...ports,
    verify: async (entry, candidate, signal) => {
      started.push(entry);
      if (started.length === 3) three.resolve();
      // The first one passes only when two more are being verified.
      if (entry === 1) await three.promise;
      return ports.verify(entry, candidate, signal);
    },
    more: () => coming.shift() ?? [],
    arrival: () => (coming.length > 0 ? Promise.resolve() : new Promise(() => {})),
  });
  expect(branch).toEqual([1, 2, 3, 4]);
  expect(started.slice(0, 3)).toEqual([1, 2, 3]);
});

test('in batches: the bad are found by halves, the rest is verified whole and lands in its order', async () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(
      numbers,
      fc.integer({ min: 1, max: 12 }),
      fc.func(fc.constantFrom('good', 'good', 'good', 'bad')),
      async (entries, size, kind) => {
        const bad = new Set(entries.filter((entry) => kind(entry) === 'bad'));
        const { branch, ejected, ports } = world(bad, new Set(), 1);
        const green: number[][] = [];
        let verified = 0;
        await landInBatches(entries, size, {
          ...ports,
          verify: async (entry, candidate, signal) => {
            verified += 1;
            const verdict = await ports.verify(entry, candidate, signal);
            if (verdict.ok) green.push(candidate);
            return verdict;
          },
          land: async (links) => {
            const landed = await ports.land(links);
            expect(green).toContainEqual(branch);
            return landed;
          },
        });
        expect(branch).toEqual(entries.filter((entry) => !bad.has(entry)));
        expect(ejected).toEqual(entries.filter((entry) => bad.has(entry)));
        const batches = Math.ceil(entries.length / size);
        expect(verified).toBeLessThanOrEqual(batches + bad.size * (Math.ceil(Math.log2(size)) + 2));
      },
    ),
    { numRuns: 200 },
  );
});

test('in batches: one that passes at the second try lands, told as flaky', async () => {
  const { branch, ejected, told, ports } = world(new Set(), new Set([3, 5]), 1);
  await landInBatches([1, 2, 3, 4, 5], 10, ports);
  expect(branch).toEqual([1, 2, 3, 4, 5]);
  expect(ejected).toEqual([]);
  expect(told).toEqual([3]);
});

test('a verify that throws ends it, after the others were told to stop', async () => {
  const signals: AbortSignal[] = [];
  const { ports, branch } = world(new Set(), new Set(), 2);
  const broken = speculate([1, 2], 2, {
    ...ports,
    verify: (entry, _, signal) => {
      signals.push(signal);
      return entry === 1
        ? Promise.reject(new Error('no disk'))
        : new Promise((resolve) =>
            signal.addEventListener('abort', () => resolve({ ok: false, output: '' })),
          );
    },
  });
  await expect(broken).rejects.toThrow('no disk');
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  expect(branch).toEqual([]);
});
