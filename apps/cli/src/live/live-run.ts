import { controlRun } from '@sage/stream';
import type { Ask } from '@sage/stream';
import { createColors } from 'picocolors';
import type { Reporter } from '../reporters/reporter.ts';
import { readKeys } from './keys.ts';
import { liveReporter } from './live-reporter.ts';
import type { Terminal } from './live-region.ts';

/** Between two looks at the clock, and after an event. */
const TICK_MS = 1000;
const AFTER_EVENT_MS = 500;

const KEYS = 'p pause   + - workers   ? help';
const HELP = 'p: pause, or go on   + -: more or fewer workers';

export interface LiveRunOptions {
  readonly directory: string;
  readonly stdout: Terminal;
  readonly stdin: NodeJS.ReadStream;
  readonly permanent: (stdout: { write(text: string): unknown }) => Reporter;
  /** What Ctrl-C does, as the last line says it. */
  readonly interrupt: string;
}

/** The view of a run that this process works on, with its keys. */
export interface LiveRun {
  readonly reporter: Reporter;
  /** Asks where the view was. */
  ask(ask: Ask): Ask;
  end(): void;
}

export function liveRun({ directory, stdout, stdin, permanent, interrupt }: LiveRunOptions): LiveRun {
  let [paused, workers, helps] = [false, 1, false];
  let isAsking = false;
  let soon: NodeJS.Timeout | undefined;
  const colors = createColors(!process.env['NO_COLOR']);
  const view = liveReporter({
    terminal: stdout,
    now: () => new Date(),
    help: () => `${helps ? HELP : KEYS}   ${interrupt}`,
    style: colors.dim,
    permanent,
  });
  const draw = () => {
    if (!isAsking) view.draw();
  };
  const drawSoon = () => {
    soon ??= setTimeout(() => {
      soon = undefined;
      draw();
    }, AFTER_EVENT_MS);
  };
  const control = (asked: { paused?: boolean; workers?: number }) => {
    controlRun({ directory, ...asked }).catch((error: unknown) =>
      view.notice(error instanceof Error ? error.message : String(error)),
    );
  };
  const onKey = (key: string) => {
    if (key === 'p') control({ paused: !paused });
    if (key === '+') control({ workers: workers + 1 });
    if (key === '-' && workers > 1) control({ workers: workers - 1 });
    if (key !== '?') return;
    helps = !helps;
    draw();
  };
  // Before a run has begun, questions may be asked about it.
  let stopKeys: (() => Promise<void>) | undefined;
  const timer = setInterval(draw, TICK_MS);
  timer.unref();
  process.stdout.on('resize', draw);
  return {
    reporter: {
      notice: view.notice,
      resumed: view.resumed,
      event(event) {
        if (event.event === 'run.paused') paused = true;
        if (event.event === 'run.resumed' || event.event === 'run.started') paused = false;
        if (event.event === 'run.started' || event.event === 'run.workers') workers = event.workers;
        view.event(event);
        if (event.event === 'run.started') stopKeys ??= readKeys(stdin, onKey);
        drawSoon();
      },
    },
    ask: (ask) => async (question) => {
      isAsking = true;
      view.clear();
      // Putting the terminal back any later would undo what the question needs of it.
      await stopKeys?.();
      try {
        return await ask(question);
      } finally {
        isAsking = false;
        stopKeys = readKeys(stdin, onKey);
        draw();
      }
    },
    end() {
      clearInterval(timer);
      clearTimeout(soon);
      process.stdout.off('resize', draw);
      void stopKeys?.();
      view.clear();
    },
  };
}
