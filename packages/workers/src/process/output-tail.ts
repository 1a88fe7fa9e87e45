import { stripVTControlCharacters } from 'node:util';
import { openRegular } from './regular-file.ts';

/** The last lines of a file that may be of any size, without terminal control sequences; at most `bytes` are read. */
export async function outputTail(file: string, bytes = 8192): Promise<string[]> {
  await using handle = await openRegular(file, 'r');
  const { size } = await handle.stat();
  const start = Math.max(0, size - bytes);
  const { buffer, bytesRead } = await handle.read(
    Buffer.alloc(Math.min(size, bytes)),
    0,
    Math.min(size, bytes),
    start,
  );
  const lines = stripVTControlCharacters(buffer.toString('utf8', 0, bytesRead)).split(/\r?\n/);
  if (start > 0) lines.shift();
  return lines.filter((line) => line.trim() !== '');
}
