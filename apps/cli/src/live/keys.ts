import { guardTerminal } from './terminal-guard.ts';

/**
 * Switches the terminal to single keys without echo, and calls `onKey` with each; Ctrl-C and Ctrl-Z still work.
 * Returns a function that stops this and resolves when the terminal is restored.
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
