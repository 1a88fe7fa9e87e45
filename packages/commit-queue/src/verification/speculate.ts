import type { Verdict } from '../landing/landing-context.ts';
import type { VerificationPorts } from './verification-ports.ts';

interface Slot<E, C> {
  readonly entry: E;
  readonly candidate: C;
  verdict?: Verdict;
  done: Promise<void>;
  readonly cancel: AbortController;
}

/**
 * Verifies up to `slots` candidates at a time, each built on top of the previous ones, and lands the longest green
 * prefix. A red candidate counts only after everything below it has landed. It is then a suspect: the ones above are
 * rebuilt without it, and it is tried once more as the last of a window, where nothing depends on it. A red candidate
 * halves the window, and each landing increases it by one.
 */
export async function speculate<E, C>(
  entries: readonly E[],
  slots: number,
  ports: VerificationPorts<E, C>,
): Promise<void> {
  let waiting = [...entries];
  const suspects: E[] = [];
  const suspected = new Set<E>();
  let chain: Slot<E, C>[] = [];
  let window = slots;

  const clear = async () => {
    for (const { cancel } of chain) cancel.abort();
    await Promise.allSettled(chain.map(({ done }) => done));
    const again = chain.map(({ entry }) => entry);
    waiting = [...again.filter((entry) => !suspected.has(entry)), ...waiting];
    suspects.unshift(...again.filter((entry) => suspected.has(entry)));
    chain = [];
  };

  try {
    for (;;) {
      waiting.push(...ports.more());
      while (chain.length < window && !ports.stopped()) {
        // Nothing is built on a suspect, so it comes last. Alone in the window, it must not wait for ever.
        if (chain.some(({ entry }) => suspected.has(entry))) break;
        const lastPlace = chain.length === window - 1;
        const from = suspects.length > 0 && (lastPlace || waiting.length === 0) ? suspects : waiting;
        const [entry] = from;
        if (entry === undefined) break;
        const candidate = await ports.build(
          entry,
          chain.map((slot) => slot.candidate),
        );
        // It may conflict with one that does not land, so it is judged after those below it have landed.
        if (candidate === undefined && chain.length > 0) break;
        if (candidate === undefined && !(await ports.unbuildable(entry))) continue;
        from.shift();
        if (candidate !== undefined) chain.push(start(ports, entry, candidate));
      }
      if (chain.length === 0) return;
      const [first] = chain;
      if (first && first.verdict === undefined) {
        await Promise.race([first.done, ...(chain.length < window ? [ports.arrival()] : [])]);
        if (first.verdict === undefined) continue;
      }
      const end = chain.findIndex(({ verdict }) => verdict?.ok !== true);
      const green = chain.slice(0, end < 0 ? chain.length : end);
      if (green.length > 0) {
        // A stop was requested during verify, so it stays queued.
        if (ports.stopped()) return;
        const landing = green.map(({ entry, candidate }) => ({
          entry,
          candidate,
          flaky: suspected.has(entry),
        }));
        if (!(await ports.land(landing))) {
          await clear();
          continue;
        }
        chain = chain.slice(green.length);
        window = Math.min(slots, window + green.length);
      }
      const [head] = chain;
      if (head?.verdict === undefined || head.verdict.ok) continue;
      window = Math.max(1, Math.floor(window / 2));
      chain.shift();
      if (suspected.has(head.entry)) await ports.eject(head.entry, head.verdict);
      else {
        suspected.add(head.entry);
        suspects.push(head.entry);
      }
      await clear();
    }
  } finally {
    await clear();
  }
}

function start<E, C>(ports: VerificationPorts<E, C>, entry: E, candidate: C): Slot<E, C> {
  const cancel = new AbortController();
  const slot: Slot<E, C> = { entry, candidate, cancel, done: Promise.resolve() };
  slot.done = (async () => {
    slot.verdict = await ports.verify(entry, candidate, cancel.signal);
  })();
  // Handled when its turn comes.
  slot.done.catch(() => undefined);
  return slot;
}
