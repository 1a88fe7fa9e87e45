import type { RunEvent } from '@sage/journal';
import { printable } from '../printable.ts';
import type { Reporter } from './reporter.ts';

/** One event a line on stdout, as documented in docs/events.md. Everything else goes to stderr. */
export function jsonReporter(stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Reporter {
  return {
    event: (event: RunEvent) => void stdout.write(`${JSON.stringify(event)}\n`),
    resumed: () => {},
    notice: (text) => void stderr.write(`${printable(text)}\n`),
  };
}
