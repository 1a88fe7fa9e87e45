import { join } from 'node:path';
import { DURABLE_CONFIG, git, type Repository, syncDisk } from '@sage/git';

/** Commits whose objects this process and its git processes have written since `base`. */
export interface MadeObjects {
  readonly commits: readonly string[];
  readonly base: string;
}

/** Syncs objects that were written without a sync each. Must be done before the ref is moved. */
export async function syncObjects(repository: Repository, { commits, base }: MadeObjects): Promise<void> {
  if (await syncDisk(repository.commonDir)) return;
  // Fallback: git writes them into a pack, which it syncs.
  const input = commits.map((commit) => `${commit}\n`).join('') + `^${base}\n`;
  const args = ['pack-objects', '--revs', '--quiet', join(repository.commonDir, 'objects/pack/pack')];
  await git(repository, args, { input, config: DURABLE_CONFIG });
}
