import { controlRun, requestTicket } from '@sage/stream';
import type { Ask } from '@sage/stream';
import type { Reporter } from '../reporters/reporter.ts';
import { screenOf } from '../reporters/screen.ts';
import { readKeys } from './keys.ts';
import { showLog } from './show-log.ts';
import { liveReporter } from './live-reporter.ts';
import type { Terminal } from './live-region.ts';

/** Time between two redraws, and after an event. */
const TICK_MS = 1000;
const AFTER_EVENT_MS = 500;

const KEYS = ['? help', 'p pause', '+ - workers', 's k l one ticket'];
/** Pages of the help, shown one after the other. */
const HELP = [
  ['p: pause or resume', '+ -: more or fewer workers'],
  ['s 1: stop the agent of worker 1', 'k 1: skip its ticket'],
  ['l 1: the log of worker 1', '? back'],
];
/** Keys that are followed by a worker's number. */
const OF_WORKER: Readonly<Record<string, string>> = {
  s: 'stop the agent of which worker? 1 to 9',
  k: 'skip the ticket of which worker? 1 to 9',
  l: 'the log of which worker? 1 to 9',
};

export interface LiveRunOptions {
  readonly directory: string;
  readonly stdout: Terminal;
  readonly stdin: NodeJS.ReadStream;
  readonly permanent: (stdout: { write(text: string): unknown }) => Reporter;
  /** What Ctrl-C does, as shown in the last line. */
  readonly interrupt: string;
  /** Runs something that needs the terminal for itself. */
  readonly alone: (use: () => Promise<void>) => Promise<void>;
}

/** The view of a run in this process, with its keys. */
export interface LiveRun {
  readonly reporter: Reporter;
  /** Asks questions in place of the view. */
  ask(ask: Ask): Ask;
  end(): void;
}

export function liveRun(options: LiveRunOptions): LiveRun {
  const { directory, stdout, stdin, permanent, interrupt, alone } = options;
  let [paused, workers, page] = [false, 1, 0];
  let chosen = '';
  let isAsking = false;
  let soon: NodeJS.Timeout | undefined;
  const pages = [[interrupt, ...KEYS], ...HELP];
  const view = liveReporter({
    terminal: stdout,
    now: () => new Date(),
    help: () => {
      const question = OF_WORKER[chosen];
      return question === undefined ? (pages[page] ?? []) : [question];
    },
    style: screenOf({ isTTY: true }, process.env).colors.dim,
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
  const ofWorker = (key: string, ticket: string) => {
    if (key === 'l') {
      void alone(() => withTerminal(() => showLog(directory, ticket)));
      return;
    }
    requestTicket(directory, ticket, key === 's' ? 'stop' : 'skip').catch((error: unknown) =>
      view.notice(error instanceof Error ? error.message : String(error)),
    );
  };
  const onKey = (key: string) => {
    if (chosen !== '') {
      const ticket = view.ticketOf(Number(key));
      if (ticket !== undefined) ofWorker(chosen, ticket);
      chosen = '';
      return draw();
    }
    if (OF_WORKER[key] !== undefined) {
      chosen = key;
      return draw();
    }
    if (key === 'p') control({ paused: !paused });
    if (key === '+') control({ workers: workers + 1 });
    if (key === '-' && workers > 1) control({ workers: workers - 1 });
    if (key !== '?') return;
    page = (page + 1) % pages.length;
    draw();
  };
  // Keys are read only after the run has begun, because there may be questions before.
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
    ask: (ask) => (question) => withTerminal(() => ask(question)),
    end() {
      clearInterval(timer);
      clearTimeout(soon);
      process.stdout.off('resize', draw);
      void stopKeys?.();
      view.clear();
    },
  };

  /** Leaves the terminal to something else, such as a question. */
  async function withTerminal<T>(use: () => Promise<T>): Promise<T> {
    isAsking = true;
    view.clear();
    // Restoring the terminal any later would undo the settings made by `use`.
    await stopKeys?.();
    try {
      return await use();
    } finally {
      isAsking = false;
      stopKeys = readKeys(stdin, onKey);
      draw();
    }
  }
}
