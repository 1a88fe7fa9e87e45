import { join } from 'node:path';
import { DURABLE_CONFIG, git, type Repository, syncDisk } from '@sage/git';

/** Commits whose objects this process and its gits have written since `base`. */
export interface MadeObjects {
  readonly commits: readonly string[];
  readonly base: string;
}

/** They were written without a sync each: one for all, before the ref. */
export async function syncObjects(repository: Repository, { commits, base }: MadeObjects): Promise<void> {
  if (await syncDisk(repository.commonDir)) return;
  // Without it: git packs them, synced, into a file of their own.
  const input = commits.map((commit) => `${commit}\n`).join('') + `^${base}\n`;
  const args = ['pack-objects', '--revs', '--quiet', join(repository.commonDir, 'objects/pack/pack')];
  await git(repository, args, { input, config: DURABLE_CONFIG });
}
