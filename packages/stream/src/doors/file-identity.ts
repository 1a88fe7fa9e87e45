import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';

/** Another one whenever a file may have another content. */
export async function fileIdentity(file: string): Promise<string> {
  const status = await stat(file, { bigint: true }).catch((): BigIntStats | undefined => undefined);
  return status ? `${status.mtimeNs} ${status.size} ${status.ino}` : 'missing';
}
