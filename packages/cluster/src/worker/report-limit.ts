import type { Said } from '../protocol/payload.ts';

/** Reports of an agent travel once in this time at most. */
const REPORT_MS = 1_000;

/** Says reports once a second at most, the last one in any case; everything else at once. */
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
