import { spawn } from 'node:child_process';

/**
 * Has the terminal give each key at once, without showing it; Ctrl-C and Ctrl-Z work as always. A shell that outlives this
 * process by a moment puts the terminal back, also after `kill -9`: it waits for the end of its fourth stream.
 */
const SCRIPT = `trap '' TTOU INT TERM HUP
saved=$(stty -g) || exit
stty -icanon -echo min 1
echo ready >&4
read -r _ <&3
stty "$saved"`;

/** Calls `onKey` with each key that is pressed. Returns what ends that, and puts the terminal back. */
export function readKeys(stdin: NodeJS.ReadStream, onKey: (key: string) => void): () => void {
  const watcher = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['inherit', 'ignore', 'ignore', 'pipe', 'pipe'],
  });
  watcher.on('error', () => {});
  watcher.unref();
  const [, , , end, ready] = watcher.stdio;
  const take = (data: Buffer) => {
    for (const key of data.toString('utf8')) onKey(key);
  };
  ready?.once('data', () => stdin.on('data', take));
  stdin.unref();
  return () => {
    stdin.off('data', take);
    stdin.pause();
    (end as NodeJS.WritableStream | null)?.end();
  };
}
