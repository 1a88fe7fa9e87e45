import { type ChildProcess, spawn } from 'node:child_process';

export interface RunProcessOptions {
  readonly cwd: string;
  /** The whole of it; that of this process by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** In a process group of its own. */
  readonly detached?: boolean;
  /** Written to stdin, which is closed otherwise. */
  readonly input?: string | Uint8Array;
  /** Ends it when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which it is killed. */
  readonly timeout?: number | undefined;
}

export interface ProcessEnd {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** undefined where it could not be started, or was killed. */
  readonly exitCode: number | undefined;
  /** Why it could not be started. */
  readonly error: NodeJS.ErrnoException | undefined;
}

/** How long a process that is asked to end may take for it. */
const TERM_MS = 5_000;

/** Runs a program to its end, and collects what it prints. Never rejects. */
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
    // Arguments that are too long, for one.
    return { ...NOTHING, exitCode: undefined, error: error as NodeJS.ErrnoException };
  }
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  // There are no streams where no more files may be opened.
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // It may end without reading it all: its end says more.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const timers: NodeJS.Timeout[] = [];
  const over = Promise.withResolvers<Pick<ProcessEnd, 'exitCode' | 'error'>>();
  const cut = (how: NodeJS.Signals) => {
    child.kill(how);
    // What it has started may hold its pipes open.
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
