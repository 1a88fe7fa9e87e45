import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Repository } from '../repository.ts';

const WHOLE = /^([0-9a-f]{40}|[0-9a-f]{64}|ref: .+)\n$/;

/**
 * Removes loose refs below `prefix` (`refs/...`) whose file contains no id. A power cut leaves such files, and git
 * then refuses to collect garbage. Returns their names.
 */
export async function removeTornRefs(repository: Repository, prefix: string): Promise<string[]> {
  const directory = join(repository.commonDir, prefix);
  const files = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const torn: string[] = [];
  for (const each of files) {
    const file = join(each.parentPath, each.name);
    if (!each.isFile() || each.name.endsWith('.lock') || WHOLE.test(await readFile(file, 'utf8'))) continue;
    await rm(file);
    torn.push(file.slice(repository.commonDir.length + 1));
  }
  return torn;
}
