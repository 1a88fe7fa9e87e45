import { put, repository } from '@sage/test-support/repository';
import { SAGE_INDEX } from '@sage/tickets';

/** A repository on a branch of its own with these tickets, UNPROCESSED features by default; returns its root. */
export async function backlogRepository(raw: readonly object[]): Promise<string> {
  const { root, git } = repository();
  git('switch', '--quiet', '--create', 'work');
  const tickets = raw.map((one) => ({ state: 'UNPROCESSED', type: 'feature', dependencies: [], ...one }));
  put(root, { [SAGE_INDEX]: JSON.stringify({ tickets }) });
  return root;
}
