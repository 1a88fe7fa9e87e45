import type { Ask } from '@sage/stream';
import type { Reporter } from './reporter.ts';

export interface HeldReporter {
  readonly reporter: Reporter;
  readonly ask: Ask;
  /** Reserves the terminal for `use` while it runs. */
  during<T>(use: () => Promise<T>): Promise<T>;
}

/**
 * Shares a terminal between a reporter and questions. There is one question at a time, and messages wait for the
 * answer. After a person has quit, nothing more is asked.
 */
export function heldWhileAsking(reporter: Reporter, ask: Ask = nobodyAsks): HeldReporter {
  let held: (() => void)[] | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let hasQuit = false;
  const afterQuestion = (report: () => void) => (held ? void held.push(report) : report());
  return {
    reporter: {
      event: (event) => afterQuestion(() => reporter.event(event)),
      resumed: (events) => afterQuestion(() => reporter.resumed(events)),
      notice: (text) => afterQuestion(() => reporter.notice(text)),
    },
    ask: (question) =>
      during(async () => {
        if (hasQuit) return 'quit';
        const answer = await ask(question);
        hasQuit = answer === 'quit';
        return answer;
      }),
    during,
  };

  async function during<T>(use: () => Promise<T>): Promise<T> {
    const before = last;
    const { promise, resolve } = Promise.withResolvers<void>();
    last = promise;
    await before;
    held = [];
    try {
      return await use();
    } finally {
      const waiting = held;
      held = undefined;
      for (const report of waiting) report();
      resolve();
    }
  }
}

const nobodyAsks: Ask = async () => 'quit';
