import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface TerminalGuard {
  /** Resolves when the terminal has the requested settings; never without a terminal. */
  readonly ready: Promise<void>;
  /** Restores the terminal. */
  end(): Promise<void>;
}

/**
 * Restores the terminal at the end, even after `kill -9` of this process: a shell that briefly outlives it waits for
 * the end of a pipe. `settings` are words for stty that apply until then.
 */
export function guardTerminal(settings: string): TerminalGuard {
  const script = `trap '' TTOU INT TERM HUP
saved=$(stty -g) || exit
stty ${settings}
echo ready >&4
read -r _ <&3
stty "$saved"`;
  const watcher = spawn('/bin/sh', ['-c', script], {
    stdio: ['inherit', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  const isBack = new Promise<void>((resolve) => {
    watcher.once('exit', resolve).once('error', () => resolve());
  });
  watcher.unref();
  const [, , , end, ready] = watcher.stdio;
  return {
    ready: ready ? saidSo(ready) : new Promise(() => {}),
    async end() {
      (end as NodeJS.WritableStream | null)?.end();
      watcher.ref();
      await isBack;
    },
  };
}

async function saidSo(ready: NodeJS.EventEmitter): Promise<void> {
  await once(ready, 'data');
}
