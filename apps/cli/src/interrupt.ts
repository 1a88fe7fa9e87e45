export interface Interrupt {
  readonly stop: AbortSignal;
  readonly killSignal: AbortSignal;
  dispose(): void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Handles Ctrl-C and other signals that ask a process to end. The first one stops the run, the second one ends it at
 * once.
 */
export function onInterrupt(notice: (text: string) => void): Interrupt {
  const stop = new AbortController();
  const killSignal = new AbortController();
  const handle = () => {
    if (!stop.signal.aborted) {
      notice('stopping: agents are ended, finished work lands; press Ctrl-C again to end now');
      stop.abort();
    } else if (!killSignal.signal.aborted) {
      notice('ending now; sage stream --resume continues the run');
      killSignal.abort();
    }
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return {
    stop: stop.signal,
    killSignal: killSignal.signal,
    dispose() {
      for (const signal of SIGNALS) process.off(signal, handle);
    },
  };
}
