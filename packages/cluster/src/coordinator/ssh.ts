import { type ChildProcess, spawn } from 'node:child_process';
import { helperProgram } from '@sage/git';

/** Never asks for a password, and detects a dead connection. */
const OPTIONS = [
  'BatchMode=yes',
  'ExitOnForwardFailure=yes',
  'ServerAliveInterval=10',
  'ServerAliveCountMax=3',
];

/** Ends ssh and everything it has started when the pipe closes, which only this process holds. */
const BOUND = `{ read -r _ <&3; kill -KILL 0; } >/dev/null 2>&1 &
exec 3<&-
"$@"
status=$?
kill $! 2>/dev/null
exit $status`;

/** An ssh that never outlives this process. */
export interface Ssh {
  /** Resolves when it has ended, with its exit code and its last line on stderr. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly said: string }>;
  end(): void;
}

/** Runs ssh with these words; `input` becomes its stdin. */
export function startSsh(words: readonly string[], input = ''): Ssh {
  const { program, path } = helperProgram('ssh', [process.cwd()]);
  const options = OPTIONS.flatMap((option) => ['-o', option]);
  const child: ChildProcess = spawn('/bin/sh', ['-c', BOUND, 'sh', program, ...options, ...words], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: path },
  });
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + String(chunk)).slice(-4000)));
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const ended = Promise.withResolvers<{ exitCode: number | null; said: string }>();
  const finish = (exitCode: number | null) =>
    ended.resolve({ exitCode, said: stderr.trim().split('\n').at(-1)?.trim() ?? '' });
  child.once('error', (error) => {
    stderr = error.message;
    finish(null);
  });
  child.once('close', finish);
  return {
    ended: ended.promise,
    end() {
      try {
        if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
      } catch {
        // Already ended.
      }
    },
  };
}
