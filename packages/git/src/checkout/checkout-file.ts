import { toBytePath } from '../objects/byte-paths.ts';
import { withLockedIndex } from './checkout-index.ts';
import type { Repository } from '../repository.ts';
import { updateIndexEntries } from '../objects/trees.ts';

/** Makes a blob the staged version of a path; the file on disk stays. */
export async function stageObject(
  checkout: Repository,
  path: string,
  entry: { mode: string; oid: string },
): Promise<void> {
  await withLockedIndex(checkout, async (index) => {
    await updateIndexEntries(checkout, index.file, [{ path: toBytePath(path), ...entry }], entry.oid.length);
  });
}
