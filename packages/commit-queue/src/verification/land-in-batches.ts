import type { Verdict } from '../landing/landing-context.ts';
import type { VerificationPorts } from './verification-ports.ts';

/**
 * Verifies the last of up to `size` candidates, which contains all of them, and lands them together if it passes.
 * Otherwise bisects for the first entry with which verify fails. That entry gets a second try, and is ejected if it
 * fails again. The others are rebuilt without it, and verified as a whole before they land.
 */
export async function landInBatches<E, C>(
  entries: readonly E[],
  size: number,
  ports: VerificationPorts<E, C>,
): Promise<void> {
  const waiting = [...entries];
  const suspected = new Set<E>();
  const never = new AbortController().signal;
  for (;;) {
    waiting.push(...ports.more());
    if (waiting.length === 0 || ports.stopped()) return;
    const chain: { entry: E; candidate: C; flaky: boolean }[] = [];
    for (const entry of waiting.slice(0, size)) {
      const candidate = await ports.build(
        entry,
        chain.map((link) => link.candidate),
      );
      if (candidate === undefined) break;
      chain.push({ entry, candidate, flaky: suspected.has(entry) });
    }
    const verify = async (count: number): Promise<Verdict> => {
      const { entry, candidate } = chain[count - 1] as (typeof chain)[number];
      return ports.verify(entry, candidate, never);
    };
    const [first] = waiting as [E];
    if (chain.length === 0) {
      if (await ports.unbuildable(first)) waiting.shift();
      continue;
    }
    let verdict = await verify(chain.length);
    if (ports.stopped()) return;
    if (verdict.ok) {
      if (await ports.land(chain)) waiting.splice(0, chain.length);
      continue;
    }
    // Invariant: verify passes with the first `green` candidates, and fails with the first `red`.
    let [green, red] = [0, chain.length];
    while (red - green > 1) {
      const middle = Math.floor((green + red) / 2);
      const found = await verify(middle);
      if (found.ok) green = middle;
      else [red, verdict] = [middle, found];
    }
    const { entry } = chain[red - 1] as (typeof chain)[number];
    const again = suspected.has(entry) ? verdict : await verify(red);
    if (again.ok) suspected.add(entry);
    else {
      waiting.splice(waiting.indexOf(entry), 1);
      await ports.eject(entry, again);
    }
  }
}
