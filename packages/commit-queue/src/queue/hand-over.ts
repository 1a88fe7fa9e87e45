/**
 * Runs `produce` and yields what it emits. Each `emit` resolves when the consumer asks for the next value, so the
 * producer never runs ahead. When the consumer stops early, `signal` is aborted and later values are discarded.
 * The iteration ends only after `produce` has; what `produce` throws is thrown to the consumer.
 */
export async function* handOver<T>(
  produce: (emit: (value: T) => Promise<void>, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const stopped = new AbortController();
  let offered = Promise.withResolvers<{ value: T }>();
  let taken = Promise.withResolvers<void>();
  const emit = async (value: T) => {
    if (stopped.signal.aborted) return;
    taken = Promise.withResolvers();
    offered.resolve({ value });
    await taken.promise;
  };
  const running = produce(emit, stopped.signal);
  const ended = running.then(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([offered.promise, ended]);
      if (next === undefined) return;
      offered = Promise.withResolvers();
      yield next.value;
      taken.resolve();
    }
  } finally {
    stopped.abort();
    taken.resolve();
    await running;
  }
}
