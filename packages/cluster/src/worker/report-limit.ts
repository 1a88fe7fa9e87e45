import type { Said } from '../protocol/payload.ts';

/** The least time between two reports of an agent. */
const REPORT_MS = 1_000;

/** Sends reports at most once a second, and always the last one. Sends everything else at once. */
export function limitReports(say: (said: Said) => void): (said: Said) => void {
  let waiting: Said | undefined;
  let timer: NodeJS.Timeout | undefined;
  return (said) => {
    if (said.kind !== 'report') return say(said);
    waiting = said;
    timer ??= setTimeout(() => {
      timer = undefined;
      if (waiting) say(waiting);
    }, REPORT_MS);
  };
}
