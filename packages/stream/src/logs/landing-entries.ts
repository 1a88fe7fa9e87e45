import type { LandingResult } from '@sage/journal';
import { type LogEntry, withoutControls } from '@sage/workers';

/**
 * Log entries for a landing, from the journal. For a failed verify, they include its last lines, unless its whole
 * output is shown.
 */
export function landingEntries(landing: LandingResult, verifyIsTold: boolean): LogEntry[] {
  switch (landing.state) {
    case 'landed': {
      const flaky = landing.flaky ? '; verify failed once, then passed' : '';
      return [{ part: 'landing', kind: 'said', text: `landed as ${landing.commit}${flaky}` }];
    }
    case 'rejected': {
      const lines = verifyIsTold
        ? []
        : withoutControls(landing.output)
            .split('\n')
            .filter((line) => line !== '');
      return [
        ...lines.map((text) => ({ part: 'verify', kind: 'printed', text }) as const),
        { part: 'landing', kind: 'failed', text: withoutControls(landing.reason) },
      ];
    }
    case 'conflicted': {
      const { files, tickets } = landing;
      const others = tickets.length > 0 ? ` with ${tickets.join(', ')}` : '';
      return [
        {
          part: 'landing',
          kind: 'failed',
          text: withoutControls(`conflicts${others} in ${files.join(', ')}`),
        },
      ];
    }
  }
}
