/**
 * Runs `produce` and yields the values it emits. Each `emit` resolves when the consumer asks for the next value, so
 * the producer never runs ahead. If the consumer stops early, `signal` is aborted and later values are discarded. The
 * iteration ends only after `produce` has ended, and passes on its error.
 */
export async function* handOver<T>(
  produce: (emit: (value: T) => Promise<void>, signal: AbortSignal) => Promise<void>,
): AsyncGenerator<T, void, undefined> {
  const stopped = new AbortController();
  let offered = Promise.withResolvers<{ value: T } | undefined>();
  let taken = Promise.withResolvers<void>();
  let isOver = false;
  const emit = async (value: T) => {
    if (stopped.signal.aborted) return;
    taken = Promise.withResolvers();
    offered.resolve({ value });
    await taken.promise;
  };
  const running = produce(emit, stopped.signal);
  // Promise.race would leak: a long-lived promise keeps everything that was raced against it.
  const end = () => {
    isOver = true;
    offered.resolve(undefined);
  };
  void running.then(end, end);
  try {
    for (;;) {
      const next = await offered.promise;
      if (next === undefined) return;
      offered = Promise.withResolvers();
      if (isOver) offered.resolve(undefined);
      yield next.value;
      taken.resolve();
    }
  } finally {
    stopped.abort();
    taken.resolve();
    await running;
  }
}
