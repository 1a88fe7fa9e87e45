import { type AuditReport, openCommitQueue } from '@sage/commit-queue';
import { readBlob, resolveCommit, type Repository } from '@sage/git';
import { parseTicketIndex, SAGE_INDEX } from '@sage/tickets';

/** Checks every landing on a branch (a full ref) against git, and every ticket that the branch's index calls done. */
export async function auditQueue(repository: Repository, target: string): Promise<AuditReport> {
  const queue = await openCommitQueue({ repository });
  const { landings } = await queue.audit({ target });
  const [first] = landings;
  // What was done before the first landing was not done by Sage: git says nothing about it.
  const before = first && (await resolveCommit(repository, `${first.commit}^`));
  const earlier = before === undefined ? new Set<string>() : await completedAt(repository, before);
  const completed = [...(await completedAt(repository, target))].filter((id) => first && !earlier.has(id));
  return queue.audit({ target, managedPaths: [SAGE_INDEX], completed });
}

async function completedAt(repository: Repository, commit: string): Promise<Set<string>> {
  if ((await resolveCommit(repository, commit)) === undefined) return new Set();
  const text = await readBlob(repository, commit, SAGE_INDEX);
  if (text === undefined) return new Set();
  const { tickets } = parseTicketIndex(text, SAGE_INDEX);
  // A container has no landing of its own.
  const own = tickets.filter(({ state, children }) => state === 'COMPLETED' && (children ?? []).length === 0);
  return new Set(own.map(({ id }) => id));
}
