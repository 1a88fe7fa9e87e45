import { withoutSequences } from './control-sequences.ts';
import { openRegular } from './regular-file.ts';

/**
 * The last lines of a file of any size, without terminal control sequences. Reads at most `bytes`, and nothing before
 * byte `from`.
 */
export async function outputTail(file: string, bytes = 8192, from = 0): Promise<string[]> {
  await using handle = await openRegular(file, 'r');
  const { size } = await handle.stat();
  const start = Math.max(from, size - bytes);
  const length = Math.max(0, size - start);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, start);
  const lines = withoutSequences(buffer.toString('utf8', 0, bytesRead)).split(/\r?\n/);
  if (start > from) lines.shift();
  return lines.filter((line) => line.trim() !== '');
}
