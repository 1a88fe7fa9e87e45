import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openCommitQueue, type QueueEntry } from '@sage/commit-queue';
import { type Repository, SAGE_PATHS } from '@sage/git';

/**
 * Completes a landing of a killed process, before anything reads the checkout. Moving its files may have been
 * interrupted halfway, with the ticket index missing or half written. Returns the entries that it settled.
 */
export async function finishLandings(repository: Repository): Promise<QueueEntry[]> {
  if (!existsSync(join(repository.root, SAGE_PATHS.queue))) return [];
  return (await openCommitQueue({ repository })).recover();
}
