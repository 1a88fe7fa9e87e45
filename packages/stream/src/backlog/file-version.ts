import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A text that changes whenever the content of a file may have changed. */
export async function fileVersion(file: string): Promise<string> {
  const status = await stat(file, { bigint: true }).catch((): BigIntStats | undefined => undefined);
  return status ? `${status.mtimeNs} ${status.size} ${status.ino}` : 'missing';
}
