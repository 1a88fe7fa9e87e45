import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditReport, type Claim, ENTRY_TRAILER, openCommitQueue } from '@sage/commit-queue';
import { findTrailers, readBlob, resolveCommit, type Repository } from '@sage/git';
import { listRuns, readRun } from '@sage/journal';
import { parseTicketIndex, SAGE_INDEX } from '@sage/tickets';
import { mayHoldStates } from '../backlog/source-files.ts';

/**
 * Checks every landing on a branch (a full ref) against git. The landings are known from the branch itself, the
 * entries of the queue, the journals of the runs and, if it is tracked, the ticket index.
 */
export async function auditQueue(repository: Repository, target: string): Promise<AuditReport> {
  const queue = await openCommitQueue({ repository });
  const runs = await claimsOfRuns(repository, target);
  const claims = [...runs, ...(await claimsOfIndex(repository, target, runs))];
  return queue.audit({ target, isManaged: mayHoldStates, claims });
}

async function claimsOfRuns(repository: Repository, target: string): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const { run } of await listRuns(repository.root)) {
    const recorded = await readRun(repository.root, run).catch(() => undefined);
    if (recorded?.state.target !== target) continue;
    for (const [ticket, commit] of recorded.state.completed)
      claims.push({ ticket, by: `run ${run}`, commit });
  }
  return claims;
}

/**
 * If the index is not tracked, it only supports claims of the runs, because nobody knows who else has written to it.
 */
async function claimsOfIndex(
  repository: Repository,
  target: string,
  runs: readonly Claim[],
): Promise<Claim[]> {
  const text = await readBlob(repository, target, SAGE_INDEX);
  const claim = (ticket: string): Claim => ({ ticket, by: 'the ticket index' });
  if (text === undefined) {
    const file = await readFile(join(repository.root, SAGE_INDEX), 'utf8').catch(() => undefined);
    const known = new Set(runs.map(({ ticket }) => ticket));
    return [...completedIn(file)].filter((id) => known.has(id)).map(claim);
  }
  // Tickets done before the first landing were not done by Sage, so git says nothing about them.
  const first = (await findTrailers(repository, undefined, target, ENTRY_TRAILER)).at(-1);
  if (first === undefined) return [];
  const earlier = completedIn(await textAt(repository, `${first.commit}^`));
  return [...completedIn(text)].filter((id) => !earlier.has(id)).map(claim);
}

async function textAt(repository: Repository, commit: string): Promise<string | undefined> {
  const oid = await resolveCommit(repository, commit);
  return oid === undefined ? undefined : readBlob(repository, oid, SAGE_INDEX);
}

function completedIn(text: string | undefined): Set<string> {
  if (text === undefined) return new Set();
  const { tickets } = parseTicketIndex(text, SAGE_INDEX);
  // A container has no landing.
  const own = tickets.filter(({ state, children }) => state === 'COMPLETED' && (children ?? []).length === 0);
  return new Set(own.map(({ id }) => id));
}
