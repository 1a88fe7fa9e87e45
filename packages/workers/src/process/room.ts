import { statfs } from 'node:fs/promises';

/** With less free space than this, work is impossible. */
const LEAST_BYTES = 2 ** 20;

/** The full file system among those of these folders; undefined if none is full. */
export async function fullFileSystem(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const room = await statfs(folder).catch(() => undefined);
    if (room === undefined) continue;
    const noFiles = room.files > 0 && room.ffree === 0;
    if (room.bavail * room.bsize < LEAST_BYTES || noFiles)
      return `no space left on the file system of ${folder}`;
  }
  return undefined;
}
