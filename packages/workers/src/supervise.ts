import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { endProcesses, findProcesses, type ProcessMark } from './end-processes.ts';
import type { Masker } from './secrets.ts';
import { userShell } from './shell.ts';

export interface SuperviseOptions {
  readonly command: string;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly mark: ProcessMark;
  /** Becomes the command's stdin. */
  readonly inputFile: string;
  /** Takes stdout and stderr. */
  readonly outputFile: string;
  /** Wall-clock limit in milliseconds. */
  readonly timeout: number;
  /** Limit of time without any output, in milliseconds. */
  readonly idleTimeout?: number | undefined;
  /** Limit of output in bytes, and of processes at a time. */
  readonly maxOutput?: number | undefined;
  readonly maxProcesses?: number | undefined;
  /** Aborted: the command is ended, with grace. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: without grace. */
  readonly hurry?: AbortSignal | undefined;
  readonly onStarted?: (() => void) | undefined;
  /** Takes secrets out of the output before it reaches the disk. */
  readonly masker?: Masker | undefined;
}

export interface SupervisedExit {
  /**
   * `exited` by itself (or killed by someone else), or ended by Sage: `flooded` for too much output, `crowded` for
   * too many processes.
   */
  readonly ended: 'exited' | 'timeout' | 'stalled' | 'flooded' | 'crowded' | 'interrupted';
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly seconds: number;
}

const GRACE = 5_000;
/** What is still in a pipe is waited for so long, in milliseconds. */
const LAST_WORDS = 2_000;

/** Runs a shell line to its end, and ends whatever it started: nothing of it lives when this resolves. */
export async function supervise(options: SuperviseOptions): Promise<SupervisedExit> {
  const started = performance.now();
  // Files, not pipes, where nothing is to be masked: an agent's flood never passes through this process.
  await using input = await open(options.inputFile, 'r');
  await using output = await open(options.outputFile, 'a');
  const child = spawn(userShell(), ['-c', options.command], {
    cwd: options.cwd,
    env: { ...options.environment, ...options.mark },
    detached: true,
    stdio: options.masker?.empty === false ? [input.fd, 'pipe', 'pipe'] : [input.fd, output.fd, output.fd],
  });
  const written = writeMasked(child, output, options.masker);
  let ended: SupervisedExit['ended'] = 'exited';
  let ending: Promise<unknown> | undefined;
  const end = (reason: Exclude<SupervisedExit['ended'], 'exited'>) => {
    if (ending) return;
    ended = reason;
    ending = endProcesses(options.mark, {
      grace: GRACE,
      hurry: options.hurry,
      ...(child.pid && { leader: child.pid }),
    });
  };
  const interrupt = () => end('interrupted');
  const timer = setTimeout(() => end('timeout'), options.timeout);
  const stopWatching = watch(output, options, end);
  options.signal?.addEventListener('abort', interrupt, { once: true });
  try {
    const exit = await new Promise<{ exitCode: number | null; killedBy: NodeJS.Signals | null }>(
      (resolve, reject) => {
        child.once('spawn', () => options.onStarted?.());
        child.once('error', reject);
        child.once('exit', (exitCode, killedBy) => resolve({ exitCode, killedBy }));
        if (options.signal?.aborted) interrupt();
      },
    );
    await ending;
    await endProcesses(options.mark, { grace: GRACE, hurry: options.hurry });
    await written();
    return { ended, ...exit, seconds: (performance.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    stopWatching();
    options.signal?.removeEventListener('abort', interrupt);
  }
}

/** Returns what resolves when all that was printed is written, called when all that could print has ended. */
function writeMasked(
  child: ChildProcess,
  output: FileHandle,
  masker: Masker | undefined,
): () => Promise<unknown> {
  if (!masker) return () => Promise.resolve();
  const sources = [child.stdout, child.stderr].filter((source) => source !== null);
  const written = Promise.allSettled(
    sources.map(async (source) => {
      for await (const chunk of source.pipe(masker.stream())) await output.appendFile(chunk as Buffer);
    }),
  );
  return async () => {
    // Who has left the mark behind may hold the pipe open.
    await Promise.race([written, delay(LAST_WORDS, undefined, { ref: false })]);
    for (const source of sources) source.destroy();
  };
}

/** Looks at the limits from time to time, and says which one is passed. Returns what ends the watch. */
function watch(
  output: FileHandle,
  { idleTimeout, maxOutput, maxProcesses, mark }: SuperviseOptions,
  onLimit: (limit: 'stalled' | 'flooded' | 'crowded') => void,
): () => void {
  let size = 0;
  let grown = performance.now();
  const look = async () => {
    const now = (await output.stat()).size;
    if (now !== size) grown = performance.now();
    size = now;
    if (idleTimeout !== undefined && performance.now() - grown >= idleTimeout) onLimit('stalled');
    if (maxOutput !== undefined && size > maxOutput) onLimit('flooded');
    if (maxProcesses !== undefined && (await findProcesses(mark)).length > maxProcesses) onLimit('crowded');
  };
  const interval = Math.min((idleTimeout ?? Infinity) / 4, 1_000);
  // A look may come after the file was closed: then nobody is waited for any more.
  const timer = setInterval(() => void look().catch(() => {}), interval);
  return () => clearInterval(timer);
}
