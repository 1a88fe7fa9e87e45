import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished as currentTest } from 'vitest';

interface TerminalOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env: Readonly<Record<string, string>>;
  /** A concurrent test has to give its own. */
  readonly onTestFinished?: (clean: () => void) => void;
}

/** Runs a shell line on a terminal of script(1), which ends with the test. */
export function onTerminal(
  line: string,
  options: TerminalOptions,
): ChildProcessByStdio<Writable, Readable, null> {
  const { columns, rows, env, onTestFinished = currentTest } = options;
  // A pseudo-terminal starts without a size, and what is shown is laid out by it.
  const sized = `stty cols ${columns} rows ${rows}; ${line}`;
  const args =
    process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', sized] : ['-qec', sized, '/dev/null'];
  const terminal = spawn('script', args, {
    env: { ...env, TERM: 'xterm' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void terminal.kill('SIGKILL'));
  return terminal;
}
