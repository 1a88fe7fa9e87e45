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
 * Verifies up to `slots` candidates at a time, each made on top of the others before it, and lands the longest
 * green prefix. A red one counts only where all below it has landed: then it is a suspect, those above are made
 * again without it, and it is tried once more as the last of a window, where nothing else depends on it. The
 * window is halved by a red one and grows by one with each landing.
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
        // Nothing is made on a suspect, so it comes last; alone in the window it must not wait for ever.
        if (chain.some(({ entry }) => suspected.has(entry))) break;
        const lastPlace = chain.length === window - 1;
        const from = suspects.length > 0 && (lastPlace || waiting.length === 0) ? suspects : waiting;
        const [entry] = from;
        if (entry === undefined) break;
        const candidate = await ports.build(
          entry,
          chain.map((slot) => slot.candidate),
        );
        // It may be in conflict with one that does not land: judged when those below it have.
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
        // Asked to stop while it was verified: it stays queued.
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
  // Looked at when it is its turn.
  slot.done.catch(() => undefined);
  return slot;
}
