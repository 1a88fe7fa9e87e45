import { guardTerminal } from './terminal-guard.ts';

/**
 * Has the terminal give each key at once, without showing it, and calls `onKey` with each; Ctrl-C and Ctrl-Z work as
 * always. Returns what ends that, and resolves when the terminal is put back.
 */
export function readKeys(stdin: NodeJS.ReadStream, onKey: (key: string) => void): () => Promise<void> {
  const guard = guardTerminal('-icanon -echo min 1');
  let isOver = false;
  const take = (data: Buffer) => {
    for (const key of data.toString('utf8')) onKey(key);
  };
  const begin = async () => {
    await guard.ready;
    if (!isOver) stdin.on('data', take).resume();
  };
  void begin();
  stdin.unref();
  return async () => {
    isOver = true;
    stdin.off('data', take);
    stdin.pause();
    await guard.end();
  };
}
