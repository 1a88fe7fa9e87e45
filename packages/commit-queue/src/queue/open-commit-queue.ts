import { join } from 'node:path';
import { excludeFromGit, makeTopFolder, openRepository, PinnedSettings, SAGE_PATHS } from '@sage/git';
import { QUEUE_LOCK } from '../lock/queue-lock.ts';
import { CommitQueue } from './commit-queue.ts';
import { EntryStore } from '../entries/entry-store.ts';
import type { CommitQueueOptions } from './queue-options.ts';

/**
 * Opens the queue of a repository, and creates it if necessary. Any number of processes may have it open. The
 * repository's configuration and attributes (merge drivers, filters, signing) are read now and used as long as it is
 * open.
 */
export async function openCommitQueue(options: CommitQueueOptions): Promise<CommitQueue> {
  const given = options.repository;
  const repository = typeof given === 'string' ? await openRepository(given) : given;
  const directory = options.directory ?? join(repository.root, SAGE_PATHS.queue);
  const settings = options.pinnedSettings ?? (await PinnedSettings.of(repository));
  for (const folder of [directory, join(repository.commonDir, QUEUE_LOCK, 'lock')])
    await makeTopFolder(folder, settings.shared);
  if (options.directory === undefined) await excludeFromGit(repository, [`/${SAGE_PATHS.queue}/`]);
  const store = new EntryStore(directory, options.now ?? (() => new Date()));
  return new CommitQueue(repository, store, options, settings);
}
