/**
 * The values of a trailer in the last block of a message. This defines Sage's trailers everywhere, because git's own
 * parsing depends on settings and on the surrounding lines.
 */
export function trailerValues(message: string, key: string): string[] {
  const block =
    message
      .trimEnd()
      .split(/\n[ \t]*\n/)
      .at(-1) ?? '';
  const lines = block.split('\n').filter((line) => line.startsWith(`${key}:`));
  return lines.map((line) => line.slice(key.length + 1).trim()).filter((value) => value !== '');
}
