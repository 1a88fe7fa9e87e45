import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { endProcesses, type ProcessMark } from './end-processes.ts';
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
  /** Aborted: the command is ended, with grace. */
  readonly signal?: AbortSignal | undefined;
  /** Aborted: without grace. */
  readonly hurry?: AbortSignal | undefined;
  readonly onStarted?: (() => void) | undefined;
}

export interface SupervisedExit {
  /** `exited` by itself (or killed by someone else), or ended by Sage. */
  readonly ended: 'exited' | 'timeout' | 'interrupted';
  readonly exitCode: number | null;
  readonly killedBy: NodeJS.Signals | null;
  readonly seconds: number;
}

const GRACE = 5_000;

/** Runs a shell line to its end, and ends whatever it started: nothing of it lives when this resolves. */
export async function supervise(options: SuperviseOptions): Promise<SupervisedExit> {
  const started = performance.now();
  // Files, not pipes: an agent's flood never passes through this process, and its output outlives it.
  await using input = await open(options.inputFile, 'r');
  await using output = await open(options.outputFile, 'a');
  const child = spawn(userShell(), ['-c', options.command], {
    cwd: options.cwd,
    env: { ...options.environment, ...options.mark },
    detached: true,
    stdio: [input.fd, output.fd, output.fd],
  });
  let ended: SupervisedExit['ended'] = 'exited';
  let ending: Promise<unknown> | undefined;
  const end = (reason: 'timeout' | 'interrupted') => {
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
    return { ended, ...exit, seconds: (performance.now() - started) / 1000 };
  } finally {
    clearTimeout(timer);
    options.signal?.removeEventListener('abort', interrupt);
  }
}
