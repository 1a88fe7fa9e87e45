import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface TerminalGuard {
  /** Resolves when the terminal is as it was asked for; never where there is none. */
  readonly ready: Promise<void>;
  /** Puts the terminal back. */
  end(): Promise<void>;
}

/**
 * Puts the terminal back at the end, also after `kill -9` of this process: a shell that outlives it by a moment waits
 * for the end of its fourth stream. `settings`: words of stty that hold until then.
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
