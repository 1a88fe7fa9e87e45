import type { Ask } from '@sage/stream';
import type { Reporter } from './reporter.ts';

/**
 * A reporter and a way to ask that share a terminal: one question at a time, and what is reported meanwhile comes after
 * the answer. Who has quit is asked nothing more.
 */
export function heldWhileAsking(reporter: Reporter, ask: Ask): { reporter: Reporter; ask: Ask } {
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
    async ask(question) {
      const before = last;
      const { promise, resolve } = Promise.withResolvers<void>();
      last = promise;
      await before;
      if (hasQuit) {
        resolve();
        return 'quit';
      }
      held = [];
      try {
        const answer = await ask(question);
        hasQuit = answer === 'quit';
        return answer;
      } finally {
        const waiting = held;
        held = undefined;
        for (const report of waiting) report();
        resolve();
      }
    },
  };
}
