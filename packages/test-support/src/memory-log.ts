import { type RunEvent, type RunFact, RunFold, type RunLog } from '@sage/journal';

/** The journal of a run, in memory. */
export interface MemoryLog extends Pick<RunLog, 'run' | 'state' | 'emit' | 'subscribe'> {
  readonly events: readonly RunEvent[];
}

/** `now` returns the times of events. */
export function memoryLog(now: () => Date, run = 'run-1'): MemoryLog {
  const events: RunEvent[] = [];
  const listeners: ((event: RunEvent) => void)[] = [];
  const fold = new RunFold();
  return {
    run,
    events,
    get state() {
      return fold.state;
    },
    async emit(fact: RunFact) {
      const event: RunEvent = { v: 2, run, time: now().toISOString(), ...fact };
      fold.apply(event);
      events.push(event);
      for (const listener of listeners) listener(event);
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
