import { type ChildProcess, spawn } from 'node:child_process';

export interface RunProcessOptions {
  readonly cwd: string;
  /** The complete environment; that of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** Runs in a separate process group. */
  readonly detached?: boolean;
  /** Written to stdin; without it, stdin is closed. */
  readonly input?: string | Uint8Array;
  /** Ends the process when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which it is killed. */
  readonly timeout?: number | undefined;
}

export interface ProcessEnd {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** Undefined if the process could not be started, or was killed. */
  readonly exitCode: number | undefined;
  /** Why the process could not be started. */
  readonly error: NodeJS.ErrnoException | undefined;
}

/** How long a process may take to end after SIGTERM. */
const TERM_MS = 5_000;

/** Runs a program to its end and collects its output. Never rejects. */
export async function runProcess(
  program: string,
  args: readonly string[],
  { signal, timeout, input, ...options }: RunProcessOptions,
): Promise<ProcessEnd> {
  const stdio = [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] as const;
  let child: ChildProcess;
  try {
    child = spawn(program, args, { ...options, stdio: [...stdio] });
  } catch (error) {
    // For example, the arguments are too long.
    return { ...NOTHING, exitCode: undefined, error: error as NodeJS.ErrnoException };
  }
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  // The streams are missing if too many files are open.
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // The program may end without reading everything; its exit says more than this error.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const timers: NodeJS.Timeout[] = [];
  const over = Promise.withResolvers<Pick<ProcessEnd, 'exitCode' | 'error'>>();
  const cut = (how: NodeJS.Signals) => {
    child.kill(how);
    // Processes that it has started may still hold its pipes open.
    const end = () => over.resolve({ exitCode: undefined, error: undefined });
    if (child.exitCode !== null || child.signalCode !== null) end();
    else child.once('exit', end);
  };
  const stop = () => {
    cut('SIGTERM');
    timers.push(setTimeout(() => child.kill('SIGKILL'), TERM_MS));
  };
  signal?.addEventListener('abort', stop, { once: true });
  if (timeout !== undefined) timers.push(setTimeout(() => cut('SIGKILL'), timeout));
  child.once('error', (error) => over.resolve({ exitCode: undefined, error }));
  child.once('close', (exitCode) => over.resolve({ exitCode: exitCode ?? undefined, error: undefined }));
  const end = await over.promise;
  for (const timer of timers) clearTimeout(timer);
  signal?.removeEventListener('abort', stop);
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
  return { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr), ...end };
}

const NOTHING = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
