import { fit, printable } from '../printable.ts';
import { FailureExcerpts } from './failure-excerpt.ts';
import type { Reporter } from './reporter.ts';
import type { Screen } from './screen.ts';

const INDENT = '    ';

/**
 * Adds to each failure how it ended, and the command that shows all of it. `shorten` turns paths in worktrees into
 * paths in the repository.
 */
export function withFailureExcerpts(
  reporter: Reporter,
  stdout: { write(text: string): unknown },
  { colors, columns }: Screen,
  logs: (ticket: string, attempt?: number) => string,
  shorten: (line: string) => string,
): Reporter {
  const excerpts = new FailureExcerpts(logs);
  return {
    ...reporter,
    resumed(events) {
      reporter.resumed(events);
      for (const event of events) excerpts.take(event);
    },
    event(event) {
      reporter.event(event);
      const found = excerpts.take(event);
      if (!found) return;
      for (const line of found.telling)
        stdout.write(`${INDENT}${colors.dim(`| ${fit(shorten(line), columns - 6)}`)}\n`);
      // Never cut, because it is for pasting.
      stdout.write(`${INDENT}${printable(found.command)}\n`);
    },
  };
}
