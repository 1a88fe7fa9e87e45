import { RunStatusFold } from '@sage/journal';
import type { Reporter } from '../reporters/reporter.ts';
import { liveHeight, liveLines } from './live-lines.ts';
import { LiveRegion, type Terminal } from './live-region.ts';

export interface LiveOptions {
  readonly terminal: Terminal;
  readonly now: () => Date;
  /** The text of the last line: keys and what they do. */
  readonly help: () => readonly string[];
  readonly style: (text: string) => string;
  /** The reporter for permanent lines, which writes to the given stream. */
  readonly permanent: (stdout: { write(text: string): unknown }) => Reporter;
}

/** A live view of the run below the lines of another reporter. `draw` shows the current state. */
export interface LiveReporter extends Reporter {
  draw(): void;
  /** Removes the view, for a question or for good; `draw` brings it back. */
  clear(): void;
  /** The ticket that a worker is working on. */
  ticketOf(worker: number): string | undefined;
}

export function liveReporter({ terminal, now, help, style, permanent }: LiveOptions): LiveReporter {
  const region = new LiveRegion(terminal, style);
  const fold = new RunStatusFold();
  const lines = permanent({ write: (text: string) => region.print(text) });
  let isOver = false;
  const clear = () => region.clear();
  const draw = () => {
    if (fold.begun === '' || isOver) return;
    const { columns, rows } = terminal;
    const status = fold.status(true);
    // If there is no room for the view, only the lines are shown.
    if (liveHeight(status.workers, { rows }) > rows - 1) return clear();
    region.update(liveLines(status, now(), { columns, rows }, help()));
  };
  return {
    draw,
    clear,
    ticketOf: (worker) => fold.status(true).agents.find((agent) => agent.worker === worker)?.ticket,
    notice: (text) => lines.notice(text),
    resumed(events) {
      for (const event of events) fold.apply(event);
      lines.resumed(events);
    },
    event(event) {
      fold.apply(event);
      if (event.event === 'run.finished') {
        isOver = true;
        clear();
      }
      lines.event(event);
    },
  };
}
