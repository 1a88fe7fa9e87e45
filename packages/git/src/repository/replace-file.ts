import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces a file, or makes it: a reader, and a crash, see the old content or the new one, never a part. With `durable`
 * the new content is on the disk before its name is. Other names of the file (hard links) keep the old content.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array,
  { mode = 0o666, durable = false }: { mode?: number; durable?: boolean } = {},
): Promise<void> {
  // In the same folder, as a rename is atomic within one file system only. Created exclusively: nobody's link is followed.
  const temporary = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx', mode, flush: durable });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
